/** Tells how long the text of a template may get: the longest that each of its values may be written, in either alphabet of SMS. */
import { DateTime, Option } from "effect"
import type { Language } from "../contacts/Language.ts"
import * as Segments from "../messages/Segments.ts"
import type { Node } from "./TemplateText.ts"
import { type Filter, format, LONGEST_NUMBER, type Variable } from "./TemplateValue.ts"

/** How long a text of one language may get. */
export interface Estimate {
  readonly language: Language
  /** Segments where values are of the text's own alphabet. */
  readonly segments: Segments.Count
  /** Segments where a value brings a character that GSM 03.38 lacks. */
  readonly unicodeSegments: Segments.Count
}

const LONGEST_PHONE = "+00 0000 000 0000 00"
/** In GSM 03.38, and not in it. */
const PLAIN_FILLER = "x"
const UNICODE_FILLER = "ж"

const MONTHS = Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, "0")}-28`)
const WEEK = Array.from({ length: 7 }, (_, day) => `2026-09-${day + 20}`)
const SAMPLES = [...MONTHS, ...WEEK].flatMap((day) =>
  ["10:59", "22:59"].flatMap((time) => Option.toArray(DateTime.makeZoned(`${day}T${time}:00Z`, { timeZone: "UTC" })))
)

/** Whether GSM 03.38 lacks one of its characters. */
export const isUnicode = (text: string): boolean => Segments.count(text).encoding === "UCS-2"

/** As long as the longest of the texts, and in UCS-2 where one of them is: some languages have one such month or day. */
const longest = (texts: ReadonlyArray<string>): string => {
  const long = texts.reduce((one, other) => (other.length > one.length ? other : one), "")
  return texts.some(isUnicode) ? UNICODE_FILLER + long.slice(1) : long
}

/** The longest that a value may be written; `filler` is what texts are made of. */
const filled = (variable: Variable, filter: Filter | null, language: Language, filler: string): string => {
  switch (variable.type) {
    case "text":
      return filler.repeat(variable.maxLength)
    case "link":
      return PLAIN_FILLER.repeat(variable.maxLength)
    case "number":
      return format({ _tag: "number", value: LONGEST_NUMBER }, null, language)
    case "phone":
      return LONGEST_PHONE
    case "date_time":
      return longest(SAMPLES.map((value) => format({ _tag: "date_time", value }, filter, language)))
    case "boolean":
      return ""
  }
}

const bySize = (one: Segments.Count, other: Segments.Count): number =>
  one.segments - other.segments || one.units - other.units

/** The longest of what a text may come to. `outcomes`: its parts, for each choice of what holds. */
export const estimate = (
  outcomes: ReadonlyArray<ReadonlyArray<Exclude<Node, { readonly _tag: "When" }>>>,
  variables: ReadonlyMap<string, Variable>,
  language: Language
): Estimate => {
  const longestWith = (filler: string): Segments.Count => {
    const known = new Map<string, string>()
    const written = (path: string, filter: Filter | null): string => {
      const key = `${path}|${filter}`
      const variable = variables.get(path)
      const text = known.get(key) ?? (variable === undefined ? "" : filled(variable, filter, language, filler))
      known.set(key, text)
      return text
    }
    return outcomes
      .map((parts) =>
        Segments.count(
          parts.map((part) => (part._tag === "Text" ? part.text : written(part.path, part.filter))).join("")
        )
      )
      .reduce((one, other) => (bySize(one, other) < 0 ? other : one))
  }
  return { language, segments: longestWith(PLAIN_FILLER), unicodeSegments: longestWith(UNICODE_FILLER) }
}
