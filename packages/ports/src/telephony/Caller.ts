/** Who calls, as networks and providers write it. */
import type { Contact } from "@careline/domain"

/** What a caller who withholds their number is called. */
export const ANONYMOUS = "anonymous" as Contact.Contact

/** As long as a contact may be. */
const MAX_LENGTH = 254

/**
 * What stands in the place of a number that is withheld: a word, an address of SIP that is none (RFC 3323, 4.1), or the word
 * in the keys of a phone, as some carriers write it.
 */
const words: ReadonlySet<string> = new Set([
  "",
  "anonymous",
  "blocked",
  "private",
  "restricted",
  "unavailable",
  "unknown",
  "withheld",
  "266696687",
  "7378742833",
  "2562533",
  "8656696",
  "86282452253"
])

/** The caller: as it is written, or `ANONYMOUS` for one who does not say. Nobody is turned away for how they are written. */
export const callerOf = (written: string): Contact.Contact => {
  const caller = written.trim()
  const word = caller
    .toLowerCase()
    .replace(/^sips?:/, "")
    .replace(/@.*$/, "")
    .replace(/^\+/, "")
  return words.has(word) || caller.length > MAX_LENGTH ? ANONYMOUS : (caller as Contact.Contact)
}
