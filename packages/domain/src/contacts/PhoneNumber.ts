/**
 * Phone numbers: read as people and providers write them, kept as E.164 (ITU-T E.164), shown as the region writes them.
 * The numbering plans are libphonenumber's.
 */
import { Option, Schema } from "effect"
import {
  type CountryCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type PhoneNumber as ParsedNumber
} from "libphonenumber-js/max"
import { spellings, subscriberKey } from "./Subscriber.ts"

export { spellings, subscriberKey }
/** A country by its two letters (ISO 3166-1 alpha-2). */
export type { CountryCode } from "libphonenumber-js/max"

const E164_PATTERN = /^\+[1-9]\d{6,14}$/

/** Whether the string has the form of E.164: `+`, then 7 to 15 digits. Says nothing about the numbering plan. */
export const isE164 = (text: string): boolean => E164_PATTERN.test(text)

/** A number of North America as its plan forms them: area codes come into service faster than any list of them. */
const NANP = /^\+1[2-9](?!11)\d{2}[2-9]\d{6}$/

/** Whether the string is an E.164 number that the numbering plan of its country allows; for `+1` its form is enough. */
export const isValid = (text: string): boolean =>
  NANP.test(text) || (isE164(text) && (parsePhoneNumberFromString(text)?.isValid() ?? false))

/** A number in E.164 form that its country's numbering plan allows. */
export const E164 = Schema.String.check(
  Schema.makeFilter((text) => isValid(text) || "a valid phone number in E.164 form, like +12025550123")
).pipe(Schema.brand("E164"))
export type E164 = typeof E164.Type

/** As it was meant, of what was pasted: one kind of blank, no invisible marks, none of `tel:` (RFC 3966). */
const cleaned = (text: string): string =>
  text
    .normalize("NFKC")
    .replace(/\s+/g, " ")
    .replace(/[\p{Cf}\p{Cc}\p{Mn}]/gu, "")
    .trim()
    .replace(/^tel: ?/i, "")
    .replace(/;ext=/i, " ext. ")

/** What was written, read in a region, and after `00` as after a `+` where the region does not read it otherwise. */
const read = (text: string, defaultCountry: CountryCode): ParsedNumber | undefined => {
  const given = cleaned(text)
  const inRegion = parsePhoneNumberFromString(given, { defaultCountry, extract: false })
  return /^\(?00/.test(given) && (inRegion === undefined || !isValid(inRegion.number))
    ? parsePhoneNumberFromString(given.replace(/^\(?00\)?/, "+"), { extract: false })
    : inRegion
}

/**
 * Reads a number as people write and paste it. Without a `+` or `00` it is read in `defaultRegion` (ISO 3166-1 alpha-2).
 * `none` for what is not a valid number there, and for a number with an extension: no text reaches one.
 */
export const parse = (text: string, defaultRegion: CountryCode = "US"): Option.Option<E164> => {
  const parsed = read(text, defaultRegion)
  if (parsed === undefined || parsed.ext !== undefined) return Option.none()
  const number: string = isValid(parsed.number) ? parsed.number : subscriberKey(parsed.number)
  return isValid(number) ? Option.some(number as E164) : Option.none()
}

/** Whether the text is a number with an extension, `202-555-0123 ext. 7`. */
export const hasExtension = (text: string, defaultRegion: CountryCode = "US"): boolean =>
  read(text, defaultRegion)?.ext !== undefined

/** Whether two ways of writing name the same subscriber. */
export const isSame = (left: string, right: string, defaultRegion: CountryCode = "US"): boolean => {
  const keyOf = (text: string) => Option.map(parse(text, defaultRegion), subscriberKey)
  const key = keyOf(left)
  return Option.isSome(key) && Option.contains(keyOf(right), key.value)
}

/** The number as its region writes it, `(202) 555-0123`; with its country code when it is of another region. */
export const display = (number: E164, homeRegion: CountryCode = "US"): string => {
  const parsed = parsePhoneNumberFromString(number)
  if (parsed === undefined) return number
  return parsed.country === homeRegion || (homeRegion === "US" && parsed.countryCallingCode === "1")
    ? parsed.formatNational()
    : parsed.formatInternational()
}

const VISIBLE_DIGITS = 4

/** The number with all but its last four digits hidden: for logs, audit and screens that must not name it. */
export const mask = (number: string): string => {
  const digits = number.replace(/\D/g, "")
  return digits.length <= VISIBLE_DIGITS ? "••••" : `•••${digits.slice(-VISIBLE_DIGITS)}`
}

/** Too few digits to call: of a colleague who is on call, where everybody of the clinic reads it. */
const ENDING_DIGITS = 2

/** What tells a number from a few others without naming it. */
export const ending = (number: string): string =>
  `a number ending in ${number.replace(/\D/g, "").slice(-ENDING_DIGITS)}`

/** The country of a number (ISO 3166-1 alpha-2), where the numbering plan tells. */
export const country = (number: string): CountryCode | undefined => parsePhoneNumberFromString(number)?.country

/**
 * Places with a code of their own (ISO 3166-1) whose numbers are in another country's plan as domestic ones: the territories of the
 * United States (NANP), and the Crown dependencies in the United Kingdom's (Ofcom, National Telephone Numbering Plan).
 */
const NATION: Readonly<Partial<Record<string, string>>> = {
  AS: "US",
  GU: "US",
  MP: "US",
  PR: "US",
  VI: "US",
  GG: "GB",
  IM: "GB",
  JE: "GB"
}

const nationOf = (code: CountryCode | undefined): string | undefined =>
  code === undefined ? code : (NATION[code] ?? code)

/**
 * Whether a call from one to the other stays in the country: its country where the plans tell, else its calling code. Numbers
 * of networks in no country (+870, +881, +882, +883: ITU-T E.164.2) are abroad from everywhere.
 */
export const isSameCountry = (one: E164, other: E164): boolean => {
  const [left, right] = [parsePhoneNumberFromString(one), parsePhoneNumberFromString(other)]
  if (left === undefined || right === undefined || left.countryCallingCode !== right.countryCallingCode) return false
  const [from, to] = [nationOf(left.country), nationOf(right.country)]
  return from === undefined || to === undefined || from === to
}

/** A country, as it stands in settings. */
export const Country = Schema.String.check(
  Schema.makeFilter((code) => isSupportedCountry(code) || "a country by its two letters, like MX")
)

/** 976 is an exchange for paid services in every area code (NANP); the plans of libphonenumber leave it to the areas. */
const NANP_PAID_EXCHANGE = /^\+1\d{3}976\d{4}$/

/** Whether a call to it costs more than a call: premium and shared-cost numbers. */
export const isPremium = (number: E164): boolean => {
  const type = parsePhoneNumberFromString(number)?.getType()
  return type === "PREMIUM_RATE" || type === "SHARED_COST" || NANP_PAID_EXCHANGE.test(number)
}

/**
 * Why a number is neither called nor written to from any of ours: what it costs, or where it is, `countries` (ISO 3166-1
 * alpha-2) beside those of `lines` aside. Traffic abroad is how lines are defrauded. Without lines nowhere is abroad.
 */
export const destinationRefusal = (
  number: E164,
  lines: ReadonlyArray<E164>,
  countries: ReadonlyArray<string> = []
): "premium" | "abroad" | null => {
  if (isPremium(number)) return "premium"
  const isNear = lines.length === 0 || lines.some((line) => isSameCountry(number, line))
  return isNear || countries.includes(country(number) ?? "") ? null : "abroad"
}
