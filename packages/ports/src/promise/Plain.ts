/**
 * The model as code without Effect has it: ids are strings, instants are `Date`s, and what may be missing is `null`.
 * Everything else is the same data.
 */
import { type Brand, DateTime, Option, Predicate } from "effect"

/** A string without its brand; literals stay. */
export type PlainString<T extends string> = string extends T ? string : T extends Brand.Brand<infer _Key> ? string : T

/** The model's type as code without Effect has it. */
export type Plain<T> = T extends DateTime.DateTime
  ? Date
  : T extends Option.Option<infer A>
    ? Plain<A> | null
    : T extends string
      ? PlainString<T>
      : T extends Uint8Array | ((...args: never) => unknown)
        ? T
        : T extends object
          ? { readonly [K in keyof T]: Plain<T[K]> }
          : T

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The value with `leaf` in the place of every leaf that it knows; arrays and records are gone through. */
const walk = (value: unknown, leaf: (value: unknown) => unknown): unknown => {
  const known = leaf(value)
  if (known !== value) return known
  if (Array.isArray(value)) return value.map((item) => walk(item, leaf))
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([name, field]) => [name, walk(field, leaf)]))
    : value
}

const leafToPlain = (value: unknown): unknown => {
  if (DateTime.isDateTime(value)) return DateTime.toDateUtc(value)
  return Option.isOption(value) ? walk(Option.getOrNull(value), leafToPlain) : value
}

const leafFromPlain = (value: unknown): unknown => (Predicate.isDate(value) ? DateTime.makeUnsafe(value) : value)

/** The model's data as code without Effect has it. */
export const toPlain = <T>(value: T): Plain<T> => walk(value, leafToPlain) as Plain<T>

/** The model's data again. What is an `Option` there is told by whoever knows which it is. */
export const fromPlain = <T>(value: Plain<T>): T => walk(value, leafFromPlain) as T
