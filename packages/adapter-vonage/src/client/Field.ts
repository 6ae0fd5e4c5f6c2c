/** Fields of JSON that somebody else wrote, of whatever type they came. */
import { Predicate } from "effect"

export const of = (value: unknown, name: string): unknown =>
  Predicate.hasProperty(value, name) ? value[name] : undefined

/** A text, or a number as text: Vonage writes some fields now so, now so. Empty for anything else. */
export const textOf = (field: unknown): string =>
  Predicate.isString(field) || Predicate.isNumber(field) ? String(field) : ""
