/** Text that a person wrote: what it says is kept, and what nobody can see is left out. */
import { Schema, SchemaTransformation } from "effect"

/** Characters that no store keeps or no screen shows: NUL and other controls but tab and line ends, and halves of a surrogate pair. */
const UNSEEN = /(?![\t\n\r])\p{Cc}|\p{Cs}/gu

/** Controls that make a line read in another order than it is written (Unicode Standard Annex 9), as in "trojan source" names. */
const REORDERING = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/** Anything but blanks, controls and characters without a shape of their own. */
const SEEN = /[^\p{Z}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u

/** Whether the text shows nothing: it is empty, or blanks and invisible characters only. */
export const isBlank = (text: string): boolean => !SEEN.test(text)

const visible = (text: string): string => text.replace(UNSEEN, "")

const oneLine = (text: string): string => visible(text).replace(REORDERING, "").replace(/\s+/gu, " ").trim()

const cleaned = (clean: (text: string) => string) =>
  SchemaTransformation.transform({ decode: clean, encode: (text: string) => text })

const notBlank = Schema.makeFilter((text: string) => !isBlank(text) || "words are needed: it shows nothing")

/** Several lines of at most so many UTF-16 code units, perhaps none. */
export const Lines = (maxLength: number) =>
  Schema.String.check(Schema.isMaxLength(maxLength)).pipe(Schema.decodeTo(Schema.String, cleaned(visible)))

/** Several lines that show something. */
export const Words = (maxLength: number) =>
  Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(maxLength), notBlank).pipe(
    Schema.decodeTo(Schema.String, cleaned(visible))
  )

/** One line, such as a name: blanks around it go, and nothing in it changes the order in which it is read. */
export const Line = (maxLength: number, minLength = 1) =>
  Schema.String.check(
    Schema.isMinLength(minLength),
    Schema.isMaxLength(maxLength),
    notBlank,
    Schema.makeFilter((text) => oneLine(text).length >= minLength || `must have at least ${minLength} characters`)
  ).pipe(Schema.decodeTo(Schema.String, cleaned(oneLine)))
