/** When a visit is reminded of, by a rule of its tenant: not in quiet hours, not after the visit, and not twice. */
import { DateTime, Option, Schema } from "effect"
import { isQuiet, type QuietHours } from "../contacts/QuietHours.ts"
import { ReminderRuleId, SiteGroupingId, TemplateId } from "../shared/Ids.ts"
import { type Appointment, isExpected } from "./Appointment.ts"

const MAX_DAYS = 60
const MAX_HOURS = 24 * MAX_DAYS
const MAX_LEAD_MINUTES = 24 * 60

/** When a reminder leaves: so long before the visit, or some days before it at a time of the clinic's clock. */
export const When = Schema.Union([
  Schema.Struct({ hoursBefore: Schema.Finite.check(Schema.isBetween({ minimum: 0.25, maximum: MAX_HOURS })) }),
  Schema.Struct({
    daysBefore: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MAX_DAYS })),
    localTime: Schema.String.check(
      Schema.isPattern(/^([01]\d|2[0-3]):[0-5]\d$/, { message: "must be a time of day, like 17:00" })
    )
  })
])
export type When = typeof When.Type

export const ReminderRule = Schema.Struct({
  id: ReminderRuleId,
  siteGroupingId: SiteGroupingId,
  when: When,
  /** Kinds of visit that it is for; empty: all. */
  typeKeys: Schema.Array(Schema.String),
  templateId: TemplateId,
  /** Minutes before the visit after which nobody is reminded any more. */
  minLeadMinutes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: MAX_LEAD_MINUTES })),
  active: Schema.Boolean
})
export type ReminderRule = typeof ReminderRule.Type

/** Why a rule reminds nobody of a visit. */
export type SkipReason = "inactive" | "not_expected" | "not_remindable" | "other_type" | "too_late" | "quiet"

export type Plan =
  | { readonly _tag: "Plan"; readonly at: DateTime.Utc; readonly validUntil: DateTime.Utc }
  | { readonly _tag: "Skip"; readonly reason: SkipReason }

const MINUTE = 60_000

const skip = (reason: SkipReason): Plan => ({ _tag: "Skip", reason })

/** The instant that the rule names, by the clock of where the visit is. A time that a clock skips is the one after the gap. */
const instantOf = (when: When, { start, zone }: Pick<Appointment, "start" | "zone">): Option.Option<DateTime.Utc> => {
  if ("hoursBefore" in when) {
    return Option.some(DateTime.makeUnsafe(start.epochMilliseconds - when.hoursBefore * 60 * MINUTE))
  }
  return Option.flatMap(DateTime.makeZoned(start, { timeZone: zone }), (local) => {
    const day = DateTime.toParts(DateTime.subtract(local, { days: when.daysBefore }))
    const [hour, minute] = when.localTime.split(":").map(Number)
    const wall = { year: day.year, month: day.month, day: day.day, hour: hour!, minute: minute! }
    return Option.map(
      DateTime.makeZoned(wall, { timeZone: zone, adjustForTimeZone: true, disambiguation: "compatible" }),
      DateTime.toUtc
    )
  })
}

/** The next minute at which it is quiet nowhere, looking forwards or back; within a day. */
const audible = (
  quiet: QuietHours,
  zones: ReadonlyArray<string>,
  from: DateTime.Utc,
  step: 1 | -1
): DateTime.Utc | null => {
  const start = Math.floor(from.epochMilliseconds / MINUTE) * MINUTE
  for (let minutes = 1; minutes <= 24 * 60; minutes++) {
    const at = DateTime.makeUnsafe(start + step * minutes * MINUTE)
    if (!isQuiet(quiet, zones, at)) return at
  }
  return null
}

/**
 * When the rule reminds of the visit. In quiet hours of the contact it waits for their end, if that is early enough before the
 * visit, else it leaves in the last minute before they began, if that is still to come.
 */
export const plan = (
  rule: ReminderRule,
  appointment: Appointment,
  quiet: QuietHours | null,
  zones: ReadonlyArray<string>,
  now: DateTime.Utc
): Plan => {
  if (!rule.active) return skip("inactive")
  if (!isExpected(appointment)) return skip("not_expected")
  if (!appointment.remindable) return skip("not_remindable")
  if (rule.typeKeys.length > 0 && !rule.typeKeys.includes(appointment.typeKey ?? "")) return skip("other_type")
  const named = Option.getOrUndefined(instantOf(rule.when, appointment))
  const validUntil = DateTime.makeUnsafe(appointment.start.epochMilliseconds - rule.minLeadMinutes * MINUTE)
  const isInTime = (at: DateTime.Utc | null): at is DateTime.Utc => at !== null && DateTime.isLessThan(at, validUntil)
  if (named === undefined || !isInTime(named) || !isInTime(now)) return skip("too_late")
  if (quiet === null || !isQuiet(quiet, zones, named)) return { _tag: "Plan", at: named, validUntil }
  const after = audible(quiet, zones, named, 1)
  if (isInTime(after)) return { _tag: "Plan", at: after, validUntil }
  const before = audible(quiet, zones, named, -1)
  return before !== null && DateTime.isGreaterThan(before, now)
    ? { _tag: "Plan", at: before, validUntil }
    : skip("quiet")
}

/** What tells a reminder from every other: the visit at its time, and the rule. A visit that moved back is the same one again. */
export const causeKey = (rule: Pick<ReminderRule, "id">, { id, start }: Pick<Appointment, "id" | "start">): string =>
  `reminder:${id}:${DateTime.formatIso(start)}:${rule.id}`

/** Of reminders of one visit that are due at once, as after an outage: only the one that was meant to be nearest to it leaves. */
export const nearestToStart = <A extends { readonly at: DateTime.Utc }>(due: ReadonlyArray<A>): A | undefined =>
  due.toSorted((one, other) => other.at.epochMilliseconds - one.at.epochMilliseconds)[0]
