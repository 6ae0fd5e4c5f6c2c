/** Instants in queries. */
import { DateTime, Schema } from "effect"

/** The first year that dates may be of: before it nobody had a telephone. */
const FIRST_YEAR = 1876

/** Whether the day is one of the calendar: `Date` reads 30 February as a day of March. */
const isInstant = (text: string): boolean => {
  const day = text.slice(0, 10)
  const midnight = Date.parse(`${day}T00:00:00Z`)
  return (
    !Number.isNaN(Date.parse(text)) &&
    !Number.isNaN(midnight) &&
    new Date(midnight).toISOString().startsWith(day) &&
    Number(day.slice(0, 4)) >= FIRST_YEAR
  )
}

/** A day (`2026-03-02`, its beginning in UTC) or an instant, as ISO 8601. */
export const Instant = Schema.String.check(
  Schema.isPattern(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/, {
    message: "a day or an instant, as ISO 8601"
  }),
  Schema.makeFilter((text) => isInstant(text) || "a day or an instant that exists")
)

/** What it stands for. */
export const instantOf = (text: string | undefined): DateTime.Utc | undefined =>
  text === undefined ? undefined : DateTime.makeUnsafe(Date.parse(text))
