import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  type Appointment,
  type AppointmentId,
  type PatientId,
  QuietHours,
  Reminder,
  type ReminderRuleId,
  type SiteGroupingId,
  type TemplateId
} from "../../src/index.ts"

const utc = (text: string) => DateTime.makeUnsafe(text)

const visit = (start: string, zone = "America/Chicago", more: Partial<Appointment.Appointment> = {}) =>
  ({
    id: "visit" as AppointmentId,
    siteGroupingId: "north" as SiteGroupingId,
    patientId: "patient" as PatientId,
    start: utc(start),
    zone,
    status: "booked",
    version: "1",
    remindable: true,
    typeKey: null,
    facilityId: null,
    labels: {},
    contacts: [],
    ...more
  }) satisfies Appointment.Appointment

const rule = (when: Reminder.When, more: Partial<Reminder.ReminderRule> = {}): Reminder.ReminderRule => ({
  id: "rule" as ReminderRuleId,
  siteGroupingId: "north" as SiteGroupingId,
  when,
  typeKeys: [],
  templateId: "template" as TemplateId,
  minLeadMinutes: 60,
  active: true,
  ...more
})

const night: QuietHours.QuietHours = { start: "21:00", end: "08:00" }
const before = utc("2026-01-01T00:00:00Z")

const at = (
  when: Reminder.When,
  appointment: Appointment.Appointment,
  quiet: QuietHours.QuietHours | null = null,
  now = before
) => {
  const plan = Reminder.plan(rule(when), appointment, quiet, [appointment.zone], now)
  return plan._tag === "Plan" ? DateTime.formatIso(plan.at) : plan.reason
}

describe("A reminder", () => {
  it("leaves so many hours before, by the time that goes by", () => {
    assert.strictEqual(at({ hoursBefore: 24 }, visit("2026-12-02T15:00:00Z")), "2026-12-01T15:00:00.000Z")
    // 9:00 on the day after the clocks were set back is 25 hours after 9:00.
    assert.strictEqual(at({ hoursBefore: 24 }, visit("2026-11-01T15:00:00Z")), "2026-10-31T15:00:00.000Z")
  })

  it("leaves some days before at a time of the clinic's own clock", () => {
    const when = { daysBefore: 3, localTime: "17:00" }
    assert.strictEqual(at(when, visit("2026-12-04T15:00:00Z")), "2026-12-01T23:00:00.000Z")
    // Over the night in which the clocks are set forward: 17:00 is 17:00.
    assert.strictEqual(at(when, visit("2026-03-10T14:00:00Z")), "2026-03-07T23:00:00.000Z")
    assert.strictEqual(at(when, visit("2026-03-12T14:00:00Z")), "2026-03-09T22:00:00.000Z")
    assert.strictEqual(at(when, visit("2026-03-10T14:00:00Z", "America/Phoenix")), "2026-03-08T00:00:00.000Z")
    assert.strictEqual(at(when, visit("2026-03-10T04:00:00Z", "Asia/Kolkata")), "2026-03-07T11:30:00.000Z")
  })

  it("is at the hour after the one that a clock skips, and at the first of one that it has twice", () => {
    assert.strictEqual(
      at({ daysBefore: 2, localTime: "02:30" }, visit("2026-03-10T14:00:00Z")),
      "2026-03-08T08:30:00.000Z"
    )
    assert.strictEqual(
      at({ daysBefore: 2, localTime: "01:30" }, visit("2026-11-03T15:00:00Z")),
      "2026-11-01T06:30:00.000Z"
    )
  })

  it("waits for the end of the night, or leaves before it where that is too late", () => {
    // 24 hours before 22:00 are 22:00.
    assert.strictEqual(at({ hoursBefore: 24 }, visit("2026-12-03T04:00:00Z"), night), "2026-12-02T14:00:00.000Z")
    // Two hours before 7:30: the evening before.
    assert.strictEqual(at({ hoursBefore: 2 }, visit("2026-12-02T13:30:00Z"), night), "2026-12-02T02:59:00.000Z")
    assert.strictEqual(
      at({ hoursBefore: 2 }, visit("2026-12-02T13:30:00Z"), night, utc("2026-12-02T03:30:00Z")),
      "quiet"
    )
  })

  it("is nobody's of a visit that is off, of another kind, too near, or by a rule that is switched off", () => {
    const when = { hoursBefore: 24 }
    const start = "2026-12-02T15:00:00Z"
    assert.strictEqual(at(when, visit(start, "UTC", { status: "cancelled" })), "not_expected")
    assert.strictEqual(at(when, visit(start, "UTC", { remindable: false })), "not_remindable")
    assert.strictEqual(at(when, visit(start), null, utc("2026-12-02T14:30:00Z")), "too_late")
    const skipped = (more: Partial<Reminder.ReminderRule>) =>
      Reminder.plan(rule(when, more), visit(start), null, [], before)
    assert.deepStrictEqual(skipped({ active: false }), { _tag: "Skip", reason: "inactive" })
    assert.deepStrictEqual(skipped({ typeKeys: ["surgery"] }), { _tag: "Skip", reason: "other_type" })
  })

  it("is told from others by the visit, its time and the rule", () => {
    const key = Reminder.causeKey(rule({ hoursBefore: 1 }), visit("2026-12-02T15:00:00Z"))
    assert.strictEqual(key, "reminder:visit:2026-12-02T15:00:00.000Z:rule")
  })

  it("is the one that is nearest to the visit where several are overdue", () => {
    const due = ["2026-12-01T10:00:00Z", "2026-12-01T12:00:00Z"].map((text) => ({ at: utc(text) }))
    assert.strictEqual(Reminder.nearestToStart(due), due[1])
    assert.isUndefined(Reminder.nearestToStart([]))
  })

  const zones = fc.constantFrom(
    "America/Chicago",
    "America/Phoenix",
    "Pacific/Honolulu",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Australia/Lord_Howe"
  )
  const starts = fc.integer({
    min: utc("2026-02-20T00:00:00Z").epochMilliseconds,
    max: utc("2026-11-20T00:00:00Z").epochMilliseconds
  })
  const whens = fc.oneof(
    fc.record({ hoursBefore: fc.integer({ min: 1, max: 96 }) }),
    fc.record({
      daysBefore: fc.integer({ min: 0, max: 5 }),
      localTime: fc.constantFrom("00:30", "02:30", "07:59", "17:00", "23:10")
    })
  )
  test.prop([starts, zones, whens, fc.integer({ min: 0, max: 10 })])(
    "never leaves at night, nor after its last minute, in any zone on any day",
    (millis, zone, when, daysLeft) => {
      const start = DateTime.makeUnsafe(millis)
      const now = DateTime.subtract(start, { days: daysLeft })
      const plan = Reminder.plan(rule(when), visit(DateTime.formatIso(start), zone), night, [zone], now)
      if (plan._tag === "Skip") return
      assert.isFalse(QuietHours.isQuiet(night, [zone], plan.at))
      assert.isTrue(DateTime.isLessThan(plan.at, plan.validUntil))
      assert.isTrue(DateTime.isLessThan(plan.validUntil, start))
    }
  )
})
