/** The fields that requests are made of, with their limits: a use case's schema, the HTTP API and the SDK say the same. */
import type { Given } from "./ReadRequest.ts"
import { InventoryNumber, PatientId, Text } from "@careline/domain"
import { DateTime, Option, Schema, SchemaTransformation } from "effect"

/** Items of one page. */
const MAX_PAGE = 200
/** Items of a page where a request does not say how many. */
const DEFAULT_PAGE = 50
/** Characters of a name. */
const MAX_NAME = 200
/** Patients that one thread may be linked to. */
const MAX_IDS = 100
/** Characters of an idempotency key. */
const MAX_KEY = 255
/** Characters of a URL. */
const MAX_URL = 2048
/** Media of one message. */
const MAX_MEDIA = 10
/** Characters of a reason that an exception is made for: whoever reads the audit log has to understand it. */
const MIN_REASON = 10
const MAX_REASON = 500
/** Characters of a note. */
const MAX_NOTE = 2000
/** Characters of a cursor. */
const MAX_CURSOR = 512
/** Characters that a filter compares with. */
const MAX_FILTER = 256
/** The first year that dates may be of: before it nobody had a telephone. */
const FIRST_YEAR = 1876

/** A field that may be left out. */
export const optional = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(schema)

/** A field that may be left out or `null`, which both mean nothing. */
export const nullable = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** A name or a label. */
export const Name = Text.Line(MAX_NAME)

/** Words about something, for colleagues. */
export const Note = Text.Lines(MAX_NOTE)

/** Why somebody makes an exception, in so many words. */
export const Reason = Text.Line(MAX_REASON, MIN_REASON)

/** A word or number that a list is narrowed by. */
export const Filter = Text.Line(MAX_FILTER)

const NO_CONTROLS = Schema.isPattern(/^[^\p{Cc}\p{Cs}]*$/u, { message: "must have no control characters" })

/** Two requests with one key are one. */
export const IdempotencyKey = Schema.NonEmptyString.check(Schema.isMaxLength(MAX_KEY), NO_CONTROLS)

/** The three digits of an area code of the North American Numbering Plan. */
export const AreaCode = Schema.String.check(
  Schema.isPattern(InventoryNumber.AREA_CODE, { message: "must be the three digits of an area code" })
)

/** What a number is for; `both` where it is left out. */
export const Purpose = optional(InventoryNumber.NumberPurpose)

/** The patients that a thread is linked to. */
export const PatientIds = Schema.Array(PatientId).check(Schema.isMaxLength(MAX_IDS))

/** On the web, where a provider fetches them, or what an upload gave. */
export const MediaUrls = Schema.Array(
  Schema.String.check(
    Schema.isMaxLength(MAX_URL),
    Schema.isPattern(/^(https?:\/\/|blob:)[^\s\p{Cc}\p{Cs}]+$/u, {
      message: "must be an http or https URL, or what an upload gave"
    })
  )
).check(Schema.isMaxLength(MAX_MEDIA))

/** How much of a list, and from where on. */
export const Page = {
  /** At most so many items; 50 where it is left out. */
  limit: optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: MAX_PAGE }))),
  /** `nextCursor` of the page before; nothing for the first one. */
  cursor: nullable(Schema.String.check(Schema.isMaxLength(MAX_CURSOR), NO_CONTROLS))
}

/** How much of a list, and from where on. */
export const PageQuery = Schema.Struct(Page)
export type PageQuery = Given<typeof PageQuery.Encoded>

/** The page that a request asks for. */
export const pageOf = ({ cursor, limit }: PageQuery) => ({
  limit: limit ?? DEFAULT_PAGE,
  cursor: cursor === undefined || cursor === "" ? null : cursor
})

/** What the text stands for. A day that the calendar does not have is none: 30 February is not a day of March. */
const parse = (text: string): Option.Option<DateTime.Utc> => {
  const day = text.slice(0, 10)
  return Option.filter(DateTime.make(text), (instant) => {
    const midnight = Option.getOrUndefined(DateTime.make(`${day}T00:00:00Z`))
    const exists = midnight !== undefined && DateTime.formatIsoDateUtc(midnight) === day
    return exists && DateTime.getPartUtc(instant, "year") >= FIRST_YEAR
  })
}

const InstantText = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/, {
    message: "must be a day or an instant, as ISO 8601"
  }),
  Schema.makeFilter((text) => Option.isSome(parse(text)) || "must be a day or an instant that exists")
)

/** An instant; in JSON and queries as ISO 8601, where a day (`2026-03-02`) is its beginning in UTC. */
export const Instant = Schema.declare(
  (given): given is DateTime.Utc => DateTime.isDateTime(given) && DateTime.isUtc(given),
  {
    expected: "an instant",
    toCodecJson: () =>
      Schema.link<DateTime.Utc>()(
        InstantText,
        SchemaTransformation.transform({
          decode: (text: string) => Option.getOrThrow(parse(text)),
          encode: (at: DateTime.Utc) => DateTime.formatIso(at)
        })
      )
  }
)
