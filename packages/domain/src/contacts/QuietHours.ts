/** When a message that can wait has to wait, by the recipient's own clock (47 CFR 64.1200(c)(1) and stricter states). */
import { DateTime, Schema } from "effect"
import type { Contact } from "./Contact.ts"
import * as TimeZones from "./TimeZones.ts"

const TimeOfDay = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day, like 21:00" })
)

/** From `start` (inclusive) to `end` (exclusive), as `HH:MM` on the recipient's clock; over midnight when `end` is not later. */
export const QuietHours = Schema.Struct({ start: TimeOfDay, end: TimeOfDay })
export type QuietHours = typeof QuietHours.Type

/** No solicitation before 8:00 or after 21:00 at the called party's location: 47 CFR 64.1200(c)(1); 20:00 in the strict states. */
export const solicitation: QuietHours = { start: "20:00", end: "08:00" }

const isZone = (zone: string): boolean => {
  try {
    formatterOf(zone)
    return true
  } catch {
    return false
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

const formatterOf = (zone: string): Intl.DateTimeFormat => {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23"
  })
  formatters.set(zone, made)
  return made
}

/** The zones a contact may be in: the known one, else all that its number allows. Empty where nothing is known. */
export const zonesOf = (contact: Contact, knownZone: string | null): ReadonlyArray<string> =>
  knownZone !== null && isZone(knownZone) ? [knownZone] : TimeZones.ofNumber(contact)

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60
/** Zones change their clocks at whole quarters, so quiet hours can only end at a whole minute of some day. */
const SEARCH_MINUTES = 2 * DAY_MINUTES
/** How soon a contact is asked about anew whose clock nobody knows. */
const UNKNOWN_ZONE_MINUTES = 60

const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Whether the window covers a minute of the day. A window that ends where it starts covers nothing. */
const covers = (quiet: QuietHours, minute: number): boolean => {
  const start = minuteOfDay(quiet.start)
  const end = minuteOfDay(quiet.end)
  return start <= end ? minute >= start && minute < end : minute >= start || minute < end
}

const localMinute = (zone: string, millis: number): number => minuteOfDay(formatterOf(zone).format(millis))

/** Whether it is quiet in any of the zones. Where no zone is known it may be quiet at any time, unless it never is. */
export const isQuiet = (quiet: QuietHours, zones: ReadonlyArray<string>, at: DateTime.Utc): boolean =>
  zones.length === 0
    ? quiet.start !== quiet.end
    : zones.some((zone) => covers(quiet, localMinute(zone, DateTime.toEpochMillis(at))))

/** How many minutes the clock of a zone has to run until the window is over; 0 when it is not quiet there. */
const minutesLeft = (quiet: QuietHours, zone: string, millis: number): number => {
  const minute = localMinute(zone, millis)
  return covers(quiet, minute) ? (minuteOfDay(quiet.end) - minute + DAY_MINUTES) % DAY_MINUTES : 0
}

/**
 * When a message may leave: `now` if it is quiet in no zone, else the first whole minute at which it is quiet in none.
 * With several possible zones the strictest wins. Where windows leave no minute of the day to all zones, it is held for two days.
 * Where no zone is known it is held for an hour, and asked for again then: by then the directory may know the contact's.
 */
export const earliestSend = (quiet: QuietHours, zones: ReadonlyArray<string>, now: DateTime.Utc): DateTime.Utc => {
  if (!isQuiet(quiet, zones, now)) return now
  const start = DateTime.toEpochMillis(now)
  const limit = start + SEARCH_MINUTES * MINUTE
  if (zones.length === 0) return DateTime.makeUnsafe(start + UNKNOWN_ZONE_MINUTES * MINUTE)
  let at = Math.floor(start / MINUTE) * MINUTE
  while (at < limit) {
    const left = Math.max(...zones.map((zone) => minutesLeft(quiet, zone, at)))
    if (left === 0) break
    at = skip(quiet, zones, at, left)
  }
  return DateTime.makeUnsafe(Math.max(at, start))
}

/** The first minute within a stretch at which every zone is free, or its end: clocks may be set in between. */
const skip = (quiet: QuietHours, zones: ReadonlyArray<string>, at: number, minutes: number): number => {
  const quietAt = (minute: number) => zones.some((zone) => covers(quiet, localMinute(zone, at + minute * MINUTE)))
  // Clocks are set forward by at most two hours, so the window cannot end more than that before its minutes are over.
  for (let minute = Math.max(1, minutes - 120); minute < minutes; minute++) {
    if (!quietAt(minute)) return at + minute * MINUTE
  }
  return at + minutes * MINUTE
}
