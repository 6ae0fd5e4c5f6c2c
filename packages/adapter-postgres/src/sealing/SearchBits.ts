/**
 * What a thread is searched by, as a Bloom filter of its name's and number's trigrams: the database leaves out what cannot
 * match, and reads no name for it. What it lets through is looked at once more in the open. The digests are keyed: who
 * has no key learns from the bits which names are alike, and no name.
 */
import { digest, type IndexKeys } from "./Envelope.ts"

/** Bits of one filter. A name and a number have about 35 trigrams, which set a seventh of them. */
export const SEARCH_BITS = 512
const BITS_PER_TRIGRAM = 2

/** What is searched in: a name and a number. */
export const searchText = (contactName: string | null, contact: string): string =>
  `${contactName ?? ""} ${contact}`.toLowerCase()

const trigrams = (text: string): ReadonlySet<string> => {
  const found = new Set<string>()
  for (let start = 0; start + 3 <= text.length; start++) found.add(text.slice(start, start + 3))
  return found
}

/** The filter as a bit string in hexadecimal. Of a text of less than three characters it lets everything through. */
export const searchBits = (keys: IndexKeys, text: string): string => {
  const bytes = new Uint8Array(SEARCH_BITS / 8)
  for (const trigram of trigrams(text)) {
    const hash = digest(keys, "search", trigram)
    for (let which = 0; which < BITS_PER_TRIGRAM; which++) {
      const bit = hash.readUInt16BE(which * 2) % SEARCH_BITS
      bytes[bit >> 3]! |= 0x80 >> (bit & 7)
    }
  }
  return `x${Buffer.from(bytes).toString("hex")}`
}
