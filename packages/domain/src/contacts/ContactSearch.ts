/** Finds contacts by words of their name, or by digits of their number, however they are written. */
import * as Contact from "./Contact.ts"

/** One way of writing for what reads the same: no accents, no case (Unicode Standard Annex 15, NFKD without marks). */
export const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()

/** The words of a search, each to be found. */
export const wordsOf = (search: string): ReadonlyArray<string> =>
  fold(search)
    .split(/\s+/u)
    .filter((word) => word !== "")

/** A search without a letter may be a number in any way of writing: its digits, when there are enough of them. */
export const digitsOf = (search: string): string | null => {
  const digits = search.replace(/\D/g, "")
  return digits.length >= MIN_DIGITS && /^[\d\s()+./-]+$/.test(search) ? digits : null
}

const MIN_DIGITS = 3

/** Whether each word of the search is part of the name or of the address, or its digits part of the number. */
export const matches = (
  { contactName, externalContact }: { readonly contactName: string | null; readonly externalContact: Contact.Contact },
  search: string
): boolean => {
  const digits = digitsOf(search)
  if (digits !== null && Contact.kind(externalContact) === "phone") {
    if (externalContact.replace(/\D/g, "").includes(digits)) return true
  }
  const text = fold(`${contactName ?? ""} ${externalContact}`)
  return wordsOf(search).every((word) => text.includes(word))
}
