import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { type Contact, QuietHours } from "../../src/index.ts"

const at = (iso: string) => DateTime.makeUnsafe(iso)
const night: QuietHours.QuietHours = { start: "20:00", end: "08:00" }
const zonesOf = (contact: string, zone: string | null = null) => QuietHours.zonesOf(contact as Contact.Contact, zone)

describe("Quiet hours", () => {
  it.each([
    // A second before and at the edges, on a common day.
    ["America/New_York", "2026-03-03T00:59:59Z", "2026-03-03T00:59:59Z"],
    ["America/New_York", "2026-03-03T01:00:00Z", "2026-03-03T13:00:00Z"],
    ["America/New_York", "2026-03-03T12:59:59Z", "2026-03-03T13:00:00Z"],
    ["America/New_York", "2026-03-03T13:00:00Z", "2026-03-03T13:00:00Z"],
    // The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
    ["America/New_York", "2026-03-08T02:00:00Z", "2026-03-08T12:00:00Z"],
    ["America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T13:00:00Z"],
    // Zones without summer time, and one that is half an hour off.
    ["America/Phoenix", "2026-07-01T04:00:00Z", "2026-07-01T15:00:00Z"],
    ["Pacific/Honolulu", "2026-03-08T07:00:00Z", "2026-03-08T18:00:00Z"],
    ["Asia/Kolkata", "2026-03-03T14:30:00Z", "2026-03-04T02:30:00Z"],
    ["America/Anchorage", "2026-03-08T06:00:00Z", "2026-03-08T16:00:00Z"]
  ])("in %s: asked at %s, a message may leave at %s", (zone, now, expected) => {
    assert.strictEqual(
      DateTime.formatIso(QuietHours.earliestSend(night, [zone], at(now))),
      DateTime.formatIso(at(expected))
    )
  })

  it("end in the hour that clocks skip when the skip is over", () => {
    const quiet = { start: "20:00", end: "02:30" }
    const free = QuietHours.earliestSend(quiet, ["America/New_York"], at("2026-03-08T05:00:00Z"))
    assert.strictEqual(DateTime.formatIso(free), "2026-03-08T07:00:00.000Z")
  })

  it("hold a message while it is quiet in any zone of the area code", () => {
    // Florida's Panhandle: an hour behind the rest of its area code.
    const zones = zonesOf("+18505550123")
    assert.sameMembers([...zones], ["America/New_York", "America/Chicago"])
    const free = QuietHours.earliestSend(night, zones, at("2026-03-03T13:30:00Z"))
    assert.strictEqual(DateTime.formatIso(free), "2026-03-03T14:00:00.000Z")
  })

  it("cover nothing when they end where they begin", () => {
    const now = at("2026-03-03T03:00:00Z")
    assert.strictEqual(QuietHours.earliestSend({ start: "08:00", end: "08:00" }, ["America/New_York"], now), now)
  })

  it("go by the zone that the directory knows, and by the number when it knows none", () => {
    assert.deepStrictEqual(zonesOf("+12125550123", "America/Los_Angeles"), ["America/Los_Angeles"])
    assert.deepStrictEqual(zonesOf("+12125550123", "Mars/Olympus"), ["America/New_York"])
    assert.deepStrictEqual(zonesOf("+18085550123"), ["Pacific/Honolulu"])
    assert.deepStrictEqual(zonesOf("+442079460000"), ["Europe/London"])
  })

  it("take a toll-free number for one that may be anywhere in the country", () => {
    const zones = zonesOf("+18005550123")
    assert.includeMembers([...zones], ["America/New_York", "Pacific/Honolulu"])
  })

  it.each([
    ["Poland at noon", "+48512345678", "2026-07-01T12:43:00Z", true],
    ["Israel at three", "+972501234567", "2026-07-01T00:00:00Z", false],
    ["Israel by day", "+972501234567", "2026-07-01T09:00:00Z", true],
    ["a mobile of Sydney or Perth, while it is early in Perth", "+61412345678", "2026-07-01T23:30:00Z", false],
    ["a fixed line of Sydney by then", "+61293744000", "2026-07-01T23:30:00Z", true],
    ["a satellite phone, wherever it is", "+881612345678", "2026-07-01T16:00:00Z", false]
  ])("let a text leave by the recipient's clock: %s", (_, contact, now, leaves) => {
    assert.strictEqual(!QuietHours.isQuiet(night, zonesOf(contact), at(now)), leaves)
  })

  it("hold what waits for an unknown clock for an hour, and ask again: the directory may have learned it; without quiet hours it leaves", () => {
    const now = at("2026-07-01T16:00:00Z")
    assert.deepStrictEqual(zonesOf("+881612345678"), [])
    const free = QuietHours.earliestSend(night, zonesOf("+881612345678"), now)
    assert.strictEqual(DateTime.formatIso(free), "2026-07-01T17:00:00.000Z")
    assert.strictEqual(QuietHours.earliestSend({ start: "08:00", end: "08:00" }, [], now), now)
    assert.deepStrictEqual(zonesOf("+881612345678", "Asia/Tokyo"), ["Asia/Tokyo"])
  })

  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`)
  const zone = fc.constantFrom(
    "America/New_York",
    "America/Phoenix",
    "America/Anchorage",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Europe/London"
  )
  const instant = fc
    .integer({ min: Date.UTC(2025, 0), max: Date.UTC(2028, 0) })
    .map((millis) => DateTime.makeUnsafe(millis))

  test.prop([time, time, zone, instant])(
    "never let a message go early, and never hold it a minute too long",
    (start, end, one, now) => {
      const quiet = { start, end }
      const free = QuietHours.earliestSend(quiet, [one], now)
      assert.isFalse(QuietHours.isQuiet(quiet, [one], free))
      assert.isTrue(DateTime.isGreaterThanOrEqualTo(free, now))
      if (free !== now) assert.isTrue(QuietHours.isQuiet(quiet, [one], DateTime.subtractDuration(free, 1)))
    }
  )
})
