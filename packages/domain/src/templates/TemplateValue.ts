/** The variables of a template, the values that they take, and how each is written out. */
import { DateTime, Option, Schema } from "effect"
import type { Language } from "../contacts/Language.ts"
import { type CountryCode, display, E164 } from "../contacts/PhoneNumber.ts"
import { Line } from "../shared/Text.ts"

/** How a value is written out. */
export const FILTERS = ["date", "time", "weekday", "phone"] as const
export type Filter = (typeof FILTERS)[number]

/** Names with dots between them: `patient.firstName`. */
export const PATH = /^[A-Za-z]\w*(?:\.[A-Za-z]\w*)*$/

const MAX_PATH_LENGTH = 64
/** Records stand in each other at most so deep: a path has no more names. */
const MAX_DEPTH = 8
const MAX_VALUE_LENGTH = 500

/** What a template may name, and what becomes of it. */
export const Variable = Schema.Struct({
  /** Names with dots between them: `patient.firstName`. */
  path: Schema.String.check(
    Schema.isMaxLength(MAX_PATH_LENGTH),
    Schema.isPattern(PATH, { message: "must be names with dots between them" })
  ),
  type: Schema.Literals(["text", "number", "date_time", "phone", "boolean", "link"]),
  /** Whether a text cannot do without it. One that is not required is said within a condition on it. */
  required: Schema.Boolean,
  /** Characters of a text or a link, at most: what segments and cost are worst for. */
  maxLength: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_VALUE_LENGTH })),
  /** What a preview shows: a text, a number, an instant with its zone (`2026-03-02T09:00:00-06:00[America/Chicago]`), or a truth. */
  sample: Schema.Union([Schema.String.check(Schema.isMaxLength(MAX_VALUE_LENGTH)), Schema.Finite, Schema.Boolean]),
  /** Whether it tells who somebody is, or what ails them. Nothing clinical is texted. */
  sensitivity: Schema.Literals(["none", "identifying", "clinical"])
})
export type Variable = typeof Variable.Type

/** A value as it is decoded. */
export type TemplateValue =
  | { readonly _tag: "text" | "link"; readonly value: string }
  | { readonly _tag: "number"; readonly value: number }
  | { readonly _tag: "date_time"; readonly value: DateTime.Zoned }
  | { readonly _tag: "phone"; readonly value: E164 }
  | { readonly _tag: "boolean"; readonly value: boolean }

/** Values by the path of their variable. A map: no path is a name of JavaScript's own. */
export type TemplateData = ReadonlyMap<string, TemplateValue>

/** What is wrong with one value. */
export interface ValueFault {
  readonly path: string
  readonly message: string
}

/** Filters that a type of value has. */
export const filtersOf = (type: Variable["type"]): ReadonlyArray<Filter> =>
  type === "date_time" ? ["date", "time", "weekday"] : type === "phone" ? ["phone"] : []

const dateFormats: Readonly<Record<"date" | "time" | "weekday", Intl.DateTimeFormatOptions>> = {
  date: { year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "long" }
}

const dateAndTime: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short" }

/** Blanks of locale data that are none of GSM 03.38's: one of them would make a text of 160 characters three segments. */
const plainBlanks = (text: string): string => text.replace(/[\u00a0\u2000-\u200a\u202f]/g, " ")

/** Making a formatter takes far longer than using one. */
const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (language: Language, filter: Filter | null, zone: string): Intl.DateTimeFormat => {
  const key = `${language} ${filter} ${zone}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const options = filter === null || filter === "phone" ? dateAndTime : dateFormats[filter]
  const made = new Intl.DateTimeFormat(language, { ...options, timeZone: zone })
  formatters.set(key, made)
  return made
}

/** The value as a text of the language says it: dates, numbers and phones as its region writes them. */
export const format = (given: TemplateValue, filter: Filter | null, language: Language): string => {
  switch (given._tag) {
    case "date_time": {
      const formatter = formatterOf(language, filter, DateTime.zoneToString(given.value.zone))
      return plainBlanks(formatter.format(given.value.epochMilliseconds))
    }
    case "phone":
      return display(given.value, language.slice(-2) as CountryCode)
    case "number":
      return plainBlanks(new Intl.NumberFormat(language).format(given.value))
    default:
      return String(given.value)
  }
}

const decodeText = Schema.decodeUnknownOption(Line(MAX_VALUE_LENGTH))
const isPhone = Schema.is(E164)

const textOf = (given: unknown, maxLength: number): string | { readonly message: string } => {
  if (typeof given !== "string") return { message: "must be a text" }
  const text = decodeText(given)
  if (Option.isNone(text)) return { message: `must be a text of at most ${maxLength} characters that shows something` }
  return text.value.length > maxLength ? { message: `must have at most ${maxLength} characters` } : text.value
}

/** Reads one value by its variable. */
const read = ({ maxLength, type }: Variable, given: unknown): TemplateValue | { readonly message: string } => {
  switch (type) {
    case "text": {
      const text = textOf(given, maxLength)
      return typeof text === "string" ? { _tag: "text", value: text } : text
    }
    case "link": {
      const text = textOf(given, maxLength)
      if (typeof text !== "string") return text
      return URL.canParse(text) && /^https:\/\/[^\s@]+$/i.test(text)
        ? { _tag: "link", value: text }
        : { message: "must be an https URL" }
    }
    case "number":
      return typeof given === "number" && Number.isFinite(given)
        ? { _tag: "number", value: given }
        : { message: "must be a number" }
    case "boolean":
      return typeof given === "boolean" ? { _tag: "boolean", value: given } : { message: "must be true or false" }
    case "phone":
      return isPhone(given) ? { _tag: "phone", value: given } : { message: "must be a phone number in E.164 form" }
    case "date_time": {
      const zoned = typeof given === "string" ? DateTime.makeZonedFromString(given) : Option.none()
      return Option.isSome(zoned)
        ? { _tag: "date_time", value: zoned.value }
        : { message: "must be an instant with its zone, like 2026-03-02T09:00:00-06:00[America/Chicago]" }
    }
  }
}

const isRecord = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null && !Array.isArray(given)

/** Records within records, by the path that their names make. */
const flatten = (
  given: Readonly<Record<string, unknown>>,
  within: ReadonlyArray<string>,
  into: Map<string, unknown>
) => {
  for (const [name, value] of Object.entries(given)) {
    const path = [...within, name]
    if (isRecord(value) && path.length < MAX_DEPTH) flatten(value, path, into)
    else into.set(path.join("."), value)
  }
  return into
}

/**
 * Reads the values of variables, given by their paths or as records within records. `null` is no value. Unknown values, missing
 * ones and such as do not fit are told.
 */
export const decode = (
  variables: ReadonlyArray<Variable>,
  given: Readonly<Record<string, unknown>>
): { readonly data: TemplateData; readonly faults: ReadonlyArray<ValueFault> } => {
  const data = new Map<string, TemplateValue>()
  const faults: Array<ValueFault> = []
  const values = flatten(given, [], new Map<string, unknown>())
  for (const variable of variables) {
    const { path, required } = variable
    const value = values.get(path) ?? undefined
    values.delete(path)
    if (value === undefined) {
      if (required) faults.push({ path, message: "is needed" })
      continue
    }
    const result = read(variable, value)
    if ("message" in result) faults.push({ path, message: result.message })
    else data.set(path, result)
  }
  for (const path of values.keys()) faults.push({ path, message: "is no variable of this template" })
  return { data, faults }
}

/** The samples of variables, for a preview that is given no data. */
export const samplesOf = (variables: ReadonlyArray<Variable>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(variables.map(({ path, sample }) => [path, sample]))
