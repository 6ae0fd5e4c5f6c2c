/** What is heard of a call: facts that are joined, in whatever order and however often they come. */
import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  type BlobKey,
  Call,
  type CallId,
  CallLog,
  type CallReport,
  CallStatus,
  type Contact,
  type PhoneNumberId,
  Voicemail
} from "../../src/index.ts"

const now = DateTime.makeUnsafe("2026-03-02T17:00:00Z")

const opened = (purpose: Call.Call["purpose"] = "voicemail"): Call.Call =>
  Call.open(
    {
      id: "1" as CallId,
      siteGroupingId: null,
      purpose,
      direction: purpose === "voicemail" ? "inbound" : "outbound",
      provider: "acme",
      providerCallId: "CA1",
      plan: { _tag: "Hangup", say: [] },
      fromNumber: "+13035550123" as Contact.Contact,
      toNumber: "+12025550100" as Contact.Contact,
      phoneNumberId: "1" as PhoneNumberId
    },
    "ringing",
    now
  )

const hear = (call: Call.Call, reports: ReadonlyArray<CallReport>): Call.Call =>
  reports.reduce((known, report) => Call.applyReport(known, report, now), call)

const seconds = fc.option(fc.nat(200))
const recording = fc.constantFrom("a", "b")
const report: fc.Arbitrary<CallReport> = fc.oneof(
  fc.record({
    _tag: fc.constant("Progressed" as const),
    leg: fc.constantFrom("own" as const, "far" as const),
    status: fc.constantFrom(...CallStatus.chain),
    durationSeconds: seconds
  }),
  fc.record({ _tag: fc.constant("Recorded" as const), recording, durationSeconds: seconds }),
  fc.record({ _tag: fc.constant("RecordingLost" as const), recording: fc.option(recording) }),
  fc.record({
    _tag: fc.constant("Transcribed" as const),
    recording: fc.option(recording),
    text: fc.option(fc.constantFrom("", "Yes", "No", " Yes ")),
    confidence: fc.option(fc.constantFrom(0, 0.3, 0.5, 0.9))
  })
)

describe("What is heard of a call", () => {
  test.prop([
    fc
      .array(report, { maxLength: 8 })
      .chain((reports) => fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })))
  ])("is the same in any order", ([reports, shuffled]) => {
    assert.deepStrictEqual(hear(opened(), shuffled), hear(opened(), reports))
  })

  test.prop([fc.array(report, { maxLength: 8 })])("is the same when it comes twice", (reports) => {
    assert.deepStrictEqual(hear(opened(), [...reports, ...reports]), hear(opened(), reports))
  })

  test.prop([fc.array(report, { maxLength: 8 }), report])("never takes back that a call is over", (reports, last) => {
    for (const purpose of ["voicemail", "bridge"] as const) {
      const before = hear(opened(purpose), reports)
      if (Call.isOver(before) && last._tag === "Progressed" && last.leg === "own") {
        assert.isTrue(Call.isOver(Call.applyReport(before, last, now)))
      }
    }
  })

  test.prop([fc.array(report, { maxLength: 8 })])("can be said in its thread", (reports) => {
    const said = Voicemail.describe(hear(opened(), reports))
    assert.notStrictEqual(said.content, "")
    assert.strictEqual(CallLog.describe(hear(opened(), reports)), null)
  })

  test.prop([fc.array(report, { maxLength: 8 })])("never loses a recording that is stored", (reports) => {
    const stored = { key: "a" as BlobKey, contentType: "audio/wav", size: 1, sha256: "0", isSilent: false }
    const before = Call.withStored(opened(), "a", stored, now)
    const { recordings } = hear(before, reports)
    assert.deepStrictEqual(recordings.find(({ ref }) => ref === "a")?.stored, stored)
    assert.strictEqual(Voicemail.describe(hear(before, reports)).metaData.messageSubType, "voicemail")
  })
})

describe("The status of a bridge", () => {
  const progress = (leg: "own" | "far", status: CallStatus.CallStatus, durationSeconds: number | null = null) =>
    ({ _tag: "Progressed", leg, status, durationSeconds }) as const

  it.each([
    ["the clinician's own until the contact is called", [progress("own", "in_progress")], "in_progress", null],
    ["canceled when the contact was never called", [progress("own", "completed", 9)], "canceled", null],
    ["failed when the clinician could not be called", [progress("own", "failed")], "failed", null],
    ["no_answer when the clinician did not answer", [progress("own", "no_answer")], "no_answer", null],
    ["ringing while the contact's phone rings", [progress("far", "ringing")], "ringing", null],
    [
      "canceled when the clinician hung up meanwhile",
      [progress("far", "ringing"), progress("own", "completed")],
      "canceled",
      null
    ],
    ["completed after talk", [progress("far", "completed", 45), progress("own", "completed", 60)], "completed", 45],
    [
      "completed when only the clinician's end is known",
      [progress("far", "in_progress"), progress("own", "completed", 60)],
      "completed",
      null
    ],
    ["busy", [progress("far", "busy"), progress("own", "completed", 12)], "busy", null]
  ] as const)("is %s", (_title, reports, status, duration) => {
    const call = hear(opened("bridge"), reports)
    assert.deepStrictEqual([Call.status(call), Call.durationSeconds(call)], [status, duration])
  })

  it.each([
    [45, "Call duration: 45s"],
    [60, "Call duration: 1m 0s"],
    [null, "Call ended."]
  ])("is told with how long was talked (%s)", (duration, said) => {
    const call = hear(opened("bridge"), [progress("far", "completed", duration)])
    assert.strictEqual(CallLog.describe(call), said)
  })

  it("is told of no call that never came as far as the contact", () => {
    assert.isNull(CallLog.describe(hear(opened("bridge"), [progress("own", "completed", 9)])))
  })
})
