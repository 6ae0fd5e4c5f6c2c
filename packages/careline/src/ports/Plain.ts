/**
 * The model as code without Effect has it: ids are strings, instants are `Date`s, and what may be missing is `null`.
 * Everything else is the same data.
 */
import { type Brand, DateTime, Option, Predicate } from "effect"

/** A string without its brand; literals stay. */
export type PlainString<T extends string> = string extends T ? string : T extends Brand.Brand<infer _Key> ? string : T

/** A number without its brand; literals stay. */
export type PlainNumber<T extends number> = number extends T ? number : T extends Brand.Brand<infer _Key> ? number : T

/** What is left as it is. */
export type Opaque =
  | bigint
  | boolean
  | Date
  | ArrayBuffer
  | ArrayBufferView
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ((...args: never) => unknown)

/** The model's type as code without Effect has it. */
export type Plain<T> = T extends DateTime.DateTime
  ? Date
  : T extends Option.Option<infer A>
    ? Plain<A> | null
    : T extends string
      ? PlainString<T>
      : T extends number
        ? PlainNumber<T>
        : T extends Opaque
          ? T
          : T extends object
            ? { readonly [K in keyof T]: Plain<T[K]> }
            : T

/** Objects that are no records of fields. */
const isOpaque = (value: object): boolean =>
  Predicate.isDate(value) ||
  DateTime.isDateTime(value) ||
  Option.isOption(value) ||
  ArrayBuffer.isView(value) ||
  [ArrayBuffer, Map, Set, Error, Promise].some((Class) => value instanceof Class)

/**
 * The value with `leaf` in the place of every leaf that it knows; arrays and records are gone through. A record is any
 * object with fields: drivers make rows without a prototype, and ORMs make entities of classes.
 */
const walk = (value: unknown, leaf: (value: unknown) => unknown): unknown => {
  const known = leaf(value)
  if (known !== value || typeof value !== "object" || value === null) return known
  if (Array.isArray(value)) return value.map((item) => walk(item, leaf))
  // `fromEntries` defines fields and calls no setter: one that is named `__proto__` is a field as well.
  return isOpaque(value)
    ? value
    : Object.fromEntries(Object.entries(value).map(([name, field]) => [name, walk(field, leaf)]))
}

const leafToPlain = (value: unknown): unknown => {
  if (DateTime.isDateTime(value)) return DateTime.toDateUtc(value)
  return Option.isOption(value) ? walk(Option.getOrNull(value), leafToPlain) : value
}

const leafFromPlain = (value: unknown): unknown => (Predicate.isDate(value) ? DateTime.makeUnsafe(value) : value)

/** The model's data as code without Effect has it. */
export const toPlain = <T>(value: T): Plain<T> => walk(value, leafToPlain) as Plain<T>

/**
 * The model's data again. What is an `Option` there is told by whoever knows which it is. Throws on a `Date` that is no
 * time.
 */
export const fromPlain = <T>(value: Plain<T>): T => walk(value, leafFromPlain) as T
