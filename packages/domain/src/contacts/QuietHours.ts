/** When a message that can wait has to wait, by the recipient's own clock (47 CFR 64.1200(c)(1) and stricter states). */
import { DateTime, Schema } from "effect"
import * as AreaCodes from "./AreaCodes.ts"
import type { Contact } from "./Contact.ts"
import * as PhoneNumber from "./PhoneNumber.ts"

const TimeOfDay = Schema.String.check(
  Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day, like 21:00" })
)

/** From `start` (inclusive) to `end` (exclusive), as `HH:MM` on the recipient's clock; over midnight when `end` is not later. */
export const QuietHours = Schema.Struct({ start: TimeOfDay, end: TimeOfDay })
export type QuietHours = typeof QuietHours.Type

/** No solicitation before 8:00 or after 21:00 at the called party's location: 47 CFR 64.1200(c)(1); 20:00 in the strict states. */
export const solicitation: QuietHours = { start: "20:00", end: "08:00" }

/** Zones of other countries, by ISO 3166 code; the westernmost and the easternmost where there are several. */
const zonesByCountry: Readonly<Record<string, ReadonlyArray<string>>> = {
  AU: ["Australia/Perth", "Australia/Sydney"],
  BR: ["America/Rio_Branco", "America/Sao_Paulo", "America/Noronha"],
  CA: ["America/St_Johns", "America/Toronto", "America/Winnipeg", "America/Edmonton", "America/Vancouver"],
  DE: ["Europe/Berlin"],
  DO: ["America/Santo_Domingo"],
  ES: ["Europe/Madrid", "Atlantic/Canary"],
  FR: ["Europe/Paris"],
  GB: ["Europe/London"],
  IE: ["Europe/Dublin"],
  IN: ["Asia/Kolkata"],
  IT: ["Europe/Rome"],
  JM: ["America/Jamaica"],
  MX: ["America/Tijuana", "America/Hermosillo", "America/Mexico_City", "America/Cancun"],
  PH: ["Asia/Manila"],
  PT: ["Europe/Lisbon", "Atlantic/Azores"]
}

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

/**
 * The zones a contact may be in: the known one, else every zone of the area code, else every zone of the country, else,
 * where we know nothing of the country, those of the United States, whose rules these are.
 */
export const zonesOf = (contact: Contact, knownZone: string | null): ReadonlyArray<string> => {
  if (knownZone !== null && isZone(knownZone)) return [knownZone]
  const areaCode = /^\+1(\d{3})\d{7}$/.exec(contact)?.[1]
  const byAreaCode = areaCode === undefined ? undefined : AreaCodes.zones.get(areaCode)
  return byAreaCode ?? zonesByCountry[PhoneNumber.country(contact) ?? ""] ?? AreaCodes.unitedStates
}

const MINUTE = 60_000
const DAY_MINUTES = 24 * 60
/** Zones change their clocks at whole quarters, so quiet hours can only end at a whole minute of some day. */
const SEARCH_MINUTES = 2 * DAY_MINUTES

const minuteOfDay = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** Whether the window covers a minute of the day. A window that ends where it starts covers nothing. */
const covers = (quiet: QuietHours, minute: number): boolean => {
  const start = minuteOfDay(quiet.start)
  const end = minuteOfDay(quiet.end)
  return start <= end ? minute >= start && minute < end : minute >= start || minute < end
}

const localMinute = (zone: string, millis: number): number => minuteOfDay(formatterOf(zone).format(millis))

/** Whether it is quiet in any of the zones. */
export const isQuiet = (quiet: QuietHours, zones: ReadonlyArray<string>, at: DateTime.Utc): boolean =>
  zones.some((zone) => covers(quiet, localMinute(zone, DateTime.toEpochMillis(at))))

/** How many minutes the clock of a zone has to run until the window is over; 0 when it is not quiet there. */
const minutesLeft = (quiet: QuietHours, zone: string, millis: number): number => {
  const minute = localMinute(zone, millis)
  return covers(quiet, minute) ? (minuteOfDay(quiet.end) - minute + DAY_MINUTES) % DAY_MINUTES : 0
}

/**
 * When a message may leave: `now` if it is quiet in no zone, else the first whole minute at which it is quiet in none.
 * With several possible zones the strictest wins. Windows that leave no minute of the day to all zones hold it for two
 * days and are asked again then.
 */
export const earliestSend = (quiet: QuietHours, zones: ReadonlyArray<string>, now: DateTime.Utc): DateTime.Utc => {
  if (!isQuiet(quiet, zones, now)) return now
  const start = DateTime.toEpochMillis(now)
  const limit = start + SEARCH_MINUTES * MINUTE
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
