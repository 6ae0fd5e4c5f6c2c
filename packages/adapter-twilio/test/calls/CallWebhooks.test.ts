/** The forms of a call's webhooks, read. */
import { CallWebhooks } from "@careline/adapter-kit/twiml"
import { TelephonyError } from "@careline/ports"
import { assert, describe, it } from "vitest"
import { dialect } from "../../src/calls/Twiml.ts"

const sid = `CA${"4d".repeat(16)}`
const far = `CA${"5e".repeat(16)}`
const recording = `RE${"6f".repeat(16)}`
type Fields = Readonly<Record<string, string>>

const query = (text: string) => new URLSearchParams(text)
const form = (fields: Fields) =>
  new URLSearchParams({ CallSid: sid, From: "+13035550177", To: "+12025550100", ...fields })
const report = (report: object, providerCallId = sid, callId: string | null = "c-1") => ({
  _tag: "CallReported",
  providerCallId,
  callId,
  report
})

const decode = (kind: CallWebhooks.CallWebhookKind, fields: Fields, about: string): unknown =>
  CallWebhooks.decode(dialect, kind, form(fields), query(about))
const call = (fields: Fields, after = "") => decode("call", fields, after)
const status = (fields: Fields, about = "call=c-1") => decode("call-status", fields, about)
const recorded = (fields: Fields) => decode("recording", fields, "call=c-1")
const written = (fields: Fields) => decode("transcription", fields, "call=c-1")

describe("The webhook of a call that begins", () => {
  it("says who calls whom", () => {
    assert.deepStrictEqual(call({ CallStatus: "ringing" }), {
      events: [{ _tag: "CallReceived", providerCallId: sid, from: "+13035550177", to: "+12025550100" }]
    })
  })

  it.each(["anonymous", "Anonymous", "unknown", "", "Restricted", "+266696687", "+7378742833", "+2562533", "+8656696"])(
    "knows a withheld number by %j",
    (from) => {
      assert.deepStrictEqual(call({ From: from }), {
        events: [{ _tag: "CallReceived", providerCallId: sid, from: "anonymous", to: "+12025550100" }]
      })
    }
  )

  it.each(["client:agent", "sip:nurse@example.com", "5550123"])("keeps %j as it came", (from) => {
    assert.deepStrictEqual(call({ From: from }), {
      events: [{ _tag: "CallReceived", providerCallId: sid, from, to: "+12025550100" }]
    })
  })

  it.each([{ CallSid: "CA1" }, { CallSid: "" }, { To: "" }] as const)("is malformed with %j", (fields) =>
    assert.instanceOf(call(fields), TelephonyError.MalformedWebhook)
  )
})

describe("The webhook of a call that goes on", () => {
  const turn = (turn: object, at = "") => ({ providerCallId: sid, callId: "c-1", at, turn })

  it("brings back where it stands in its plan", () => {
    assert.deepStrictEqual(call({ Digits: "2" }, "call=c-1&at=1.x&after=keys"), {
      events: [],
      turn: turn({ _tag: "Pressed", digits: "2" }, "1.x")
    })
    assert.deepStrictEqual(call({ Digits: "" }, "call=c-1&at=&after=keys"), {
      events: [],
      turn: turn({ _tag: "Pressed", digits: null })
    })
    assert.deepStrictEqual(call({ CallStatus: "in-progress" }, "call=c-1&at=&after=answer"), {
      events: [],
      turn: turn({ _tag: "Answered" })
    })
  })

  it("names the recording, and tells that the caller is gone", () => {
    const about = { RecordingSid: recording, RecordingDuration: "7", CallStatus: "completed", Digits: "hangup" }
    assert.deepStrictEqual(call(about, "call=c-1&at=&after=recording"), {
      events: [
        report({ _tag: "Recorded", recording, durationSeconds: 7 }),
        report({ _tag: "Progressed", leg: "own", status: "completed", durationSeconds: null })
      ],
      turn: turn({ _tag: "Recorded" })
    })
    const url = `https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/${recording}`
    assert.deepStrictEqual(call({ RecordingUrl: url }, "after=recording"), {
      events: [report({ _tag: "Recorded", recording, durationSeconds: null }, sid, null)],
      turn: { providerCallId: sid, callId: null, at: "", turn: { _tag: "Recorded" } }
    })
  })

  it.each([
    ["completed", "42", true, "completed", 42],
    ["answered", null, true, "completed", null],
    ["busy", null, false, "busy", null],
    ["no-answer", "0", false, "no_answer", null],
    ["failed", null, false, "failed", null],
    ["canceled", null, false, "canceled", null]
  ] as const)("tells of a connection that ended %s", (dialled, seconds, reached, known, durationSeconds) => {
    const fields = { DialCallStatus: dialled, ...(seconds === null ? {} : { DialCallDuration: seconds }) }
    assert.deepStrictEqual(call(fields, "call=c-1&at=&after=connection"), {
      events: [report({ _tag: "Progressed", leg: "far", status: known, durationSeconds })],
      turn: turn({ _tag: "Connected", reached })
    })
  })

  it("with a step that is none of ours begins", () => {
    assert.nestedPropertyVal(call({}, "call=c-1&at=&after=lunch"), "events[0]._tag", "CallReceived")
  })
})

describe("The status callback of a call", () => {
  it.each([
    ["queued", "initiated", null],
    ["initiated", "initiated", null],
    ["ringing", "ringing", null],
    ["in-progress", "in_progress", null],
    ["completed", "completed", 15],
    ["busy", "busy", null],
    ["no-answer", "no_answer", null],
    ["failed", "failed", null],
    ["canceled", "canceled", null]
  ] as const)("reads %s", (given, known, durationSeconds) => {
    assert.deepStrictEqual(status({ CallStatus: given, CallDuration: "15" }), {
      events: [report({ _tag: "Progressed", leg: "own", status: known, durationSeconds })]
    })
  })

  it("reports a second leg under the first", () => {
    assert.deepStrictEqual(status({ CallSid: far, ParentCallSid: sid, CallStatus: "ringing" }), {
      events: [report({ _tag: "Progressed", leg: "far", status: "ringing", durationSeconds: null })]
    })
  })

  it("carries no id of ours where its URL has none", () => {
    assert.deepStrictEqual(status({ CallStatus: "ringing" }, ""), {
      events: [report({ _tag: "Progressed", leg: "own", status: "ringing", durationSeconds: null }, sid, null)]
    })
  })

  it.each(["", "pondering", "constructor"])("with %j tells nothing", (given) =>
    assert.deepStrictEqual(status({ CallStatus: given }), { events: [] })
  )

  it.each([{ CallSid: "x" }, { ParentCallSid: "x" }] as const)("is malformed with %j", (fields) =>
    assert.instanceOf(status({ CallStatus: "ringing", ...fields }), TelephonyError.MalformedWebhook)
  )
})

describe("The status callback of a recording", () => {
  it("names what can be fetched", () => {
    const fields = { RecordingSid: recording, RecordingStatus: "completed", RecordingDuration: "9" }
    assert.deepStrictEqual(recorded(fields), {
      events: [report({ _tag: "Recorded", recording, durationSeconds: 9 })]
    })
    assert.instanceOf(recorded({ ...fields, RecordingSid: "../RE" }), TelephonyError.MalformedWebhook)
  })

  it.each(["absent", "failed"])("that is %s is lost", (given) =>
    assert.deepStrictEqual(recorded({ RecordingSid: recording, RecordingStatus: given }), {
      events: [report({ _tag: "RecordingLost", recording })]
    })
  )

  it.each(["16101", "16102"])("that is absent for %s was none", (code) =>
    assert.deepStrictEqual(recorded({ RecordingSid: recording, RecordingStatus: "absent", ErrorCode: code }), {
      events: []
    })
  )

  it("that goes on tells nothing", () =>
    assert.deepStrictEqual(recorded({ RecordingSid: recording, RecordingStatus: "in-progress" }), { events: [] }))
})

describe("The callback of a transcription", () => {
  it("brings what was said, or that it could not be made out", () => {
    const fields = { RecordingSid: recording, TranscriptionText: "Call me." }
    assert.deepStrictEqual(written({ ...fields, TranscriptionStatus: "completed" }), {
      events: [report({ _tag: "Transcribed", recording, text: "Call me.", confidence: null })]
    })
    assert.deepStrictEqual(written({ ...fields, TranscriptionStatus: "failed" }), {
      events: [report({ _tag: "Transcribed", recording, text: null, confidence: null })]
    })
    assert.deepStrictEqual(written({ ...fields, TranscriptionStatus: "in-progress" }), { events: [] })
  })
})
