/** The webhooks of a call, as Telnyx's documentation shows them. */
import { TelephonyError, type Telephony } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connectionId, messagingProfileId, receive } from "../support.ts"

const callSid = "v3:9X2vxPDFY2RHSJ1EdMS0RHRksMTg7ldNxdjWbVr9zBjbGjGsSe-aiQ"
const parent = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"
const recording = "35094891-3290-4142-b2c2-b2eda57534cf"
const callId = "01980000-0000-7000-8000-00000000ca11"
const about = `?call=${callId}`

const call = {
  AccountSid: "f5586561-8ff0-4291-a51b-c7dfe4139ff9",
  CallSid: callSid,
  CallSidLegacy: callSid,
  CallerId: "+13035550177",
  ConnectionId: connectionId,
  From: "+13035550177",
  To: "+12025550100"
}
const progress = {
  ...call,
  CallbackSource: "call-progress-events",
  SequenceNumber: "3",
  Timestamp: "2024-01-15T10:30:00Z"
}

const eventsOf = Effect.fnUntraced(function* (...request: Parameters<typeof receive>) {
  return (yield* receive(...request)).events
})

const malformed = (...request: Parameters<typeof receive>) =>
  Effect.map(Effect.flip(receive(...request)), ({ reason }) => assert.strictEqual(reason._tag, "MalformedWebhook"))

const reported = (report: object, providerCallId = callSid, of: string | null = callId) => [
  { _tag: "CallReported", providerCallId, callId: of, report }
]
const progressed = (leg: string, status: string, durationSeconds: number | null) => ({
  _tag: "Progressed",
  leg,
  status,
  durationSeconds
})

describe("A call that begins", () => {
  for (const kind of ["call", "fallback"] as const) {
    it.effect(`says who calls whom (${kind})`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* receive(kind, call), {
          account: messagingProfileId,
          events: [{ _tag: "CallReceived", providerCallId: callSid, from: "+13035550177", to: "+12025550100" }]
        } as never)
      })
    )
  }

  it.effect.each([
    "",
    "anonymous",
    "Anonymous",
    "+anonymous",
    "Restricted",
    "unavailable",
    "anonymous@anonymous.invalid",
    "sip:anonymous@10.0.0.1"
  ])("is anonymous when the caller is %j", (From) =>
    Effect.gen(function* () {
      const [event] = yield* eventsOf("call", { ...call, From })
      assert.strictEqual(event?._tag === "CallReceived" ? (event.from as string) : null, "anonymous")
    })
  )

  it.effect("keeps a caller who is no number", () =>
    Effect.gen(function* () {
      const [event] = yield* eventsOf("call", { ...call, From: "7735" })
      assert.strictEqual(event?._tag === "CallReceived" ? (event.from as string) : null, "7735")
    })
  )

  it.effect("is read by a UUID as well", () =>
    Effect.gen(function* () {
      const CallSid = "1b2c3d4e-5f60-4718-9a2b-3c4d5e6f7081"
      assert.lengthOf(yield* eventsOf("call", { ...call, CallSid }), 1)
    })
  )

  it.effect.each([[{ ...call, CallSid: "" }], [{ ...call, CallSid: "v3:short" }], [{ ...call, To: "" }]])(
    "is refused when it is malformed: %j",
    ([form]) => malformed("call", form!)
  )
})

describe("A call that waits for its next step", () => {
  const turns: ReadonlyArray<readonly [after: string, form: object, turn: object, reports: ReadonlyArray<object>]> = [
    ["answer", { CallStatus: "in-progress" }, { _tag: "Answered" }, []],
    ["keys", { Digits: "402718" }, { _tag: "Pressed", digits: "402718" }, []],
    ["keys", {}, { _tag: "Pressed", digits: null }, []],
    ["keys", { Digits: "" }, { _tag: "Pressed", digits: null }, []],
    [
      "recording",
      { RecordingSid: recording, RecordingDuration: "5" },
      { _tag: "Recorded" },
      [{ _tag: "Recorded", recording, durationSeconds: 5 }]
    ],
    ["recording", {}, { _tag: "Recorded" }, []],
    [
      "recording",
      { CallStatus: "completed", CallDuration: "17" },
      { _tag: "Recorded" },
      [progressed("own", "completed", 17)]
    ],
    [
      "connection",
      { DialCallStatus: "completed", DialCallDuration: "120" },
      { _tag: "Connected", reached: true },
      [progressed("far", "completed", 120)]
    ],
    [
      "connection",
      { DialCallStatus: "answered", DialCallDuration: "120" },
      { _tag: "Connected", reached: true },
      [progressed("far", "completed", 120)]
    ],
    [
      "connection",
      { DialCallStatus: "no-answer" },
      { _tag: "Connected", reached: false },
      [progressed("far", "no_answer", null)]
    ]
  ]
  it.effect.each(turns)("after %s with %j: %j", ([after, form, turn, reports]) =>
    Effect.gen(function* () {
      const read = yield* receive("call", { ...call, ...form }, `${about}&at=1.x&after=${after}`)
      assert.deepStrictEqual(read.turn, { providerCallId: callSid, callId, at: "1.x", turn } as never)
      assert.deepStrictEqual(read.events, reports.flatMap((report) => reported(report)) as never)
    })
  )
})

describe("A report on a call", () => {
  it.effect.each([
    ["initiated", "initiated"],
    ["ringing", "ringing"],
    ["in-progress", "in_progress"],
    ["completed", "completed"],
    ["no-answer", "no_answer"],
    ["busy", "busy"],
    ["failed", "failed"],
    ["canceled", "canceled"]
  ] as const)("with %s is %s", ([CallStatus, status]) =>
    Effect.gen(function* () {
      const form = { ...progress, CallStatus, CallDuration: "45" }
      assert.deepStrictEqual(
        yield* eventsOf("call-status", form, about),
        reported(progressed("own", status, status === "completed" ? 45 : null)) as never
      )
    })
  )

  it.effect("is of the first leg, by the parent that the second one names", () =>
    Effect.gen(function* () {
      const form = { ...progress, ParentCallSid: parent, CallStatus: "completed", CallDuration: "45" }
      assert.deepStrictEqual(
        yield* eventsOf("call-status", form),
        reported(progressed("far", "completed", 45), parent, null) as never
      )
    })
  )

  it.effect("says nothing with a status that nobody knows", () =>
    Effect.map(eventsOf("call-status", { ...progress, CallStatus: "pondered" }), (events) => assert.isEmpty(events))
  )
})

describe("A report on a recording", () => {
  const made = {
    AccountSid: call.AccountSid,
    CallSid: callSid,
    CallSidLegacy: callSid,
    ConnectionId: connectionId,
    RecordingChannels: "1",
    RecordingDuration: "5",
    RecordingSid: recording,
    RecordingSource: "RecordVerb",
    RecordingStatus: "completed",
    RecordingUrl: "https://s3.amazonaws.com/telephony-recorder-prod/a.wav"
  }
  const lost = { ...made, RecordingStatus: "absent", RecordingDuration: "" }

  it.effect("names it to be fetched", () =>
    Effect.map(eventsOf("recording", made, about), (events) =>
      assert.deepStrictEqual(events, reported({ _tag: "Recorded", recording, durationSeconds: 5 }) as never)
    )
  )

  it.effect("says that it is lost", () =>
    Effect.gen(function* () {
      const named = yield* eventsOf("recording", lost, about)
      assert.deepStrictEqual(named, reported({ _tag: "RecordingLost", recording }) as never)
      const nameless = yield* eventsOf("recording", { ...lost, RecordingSid: "" }, about)
      assert.deepStrictEqual(nameless, reported({ _tag: "RecordingLost", recording: null }) as never)
    })
  )

  it.effect("says nothing while it is made", () =>
    Effect.map(eventsOf("recording", { ...made, RecordingStatus: "in-progress" }), (events) => assert.isEmpty(events))
  )

  it.effect("is refused when it names none", () => malformed("recording", { ...made, RecordingSid: "../messages" }))

  it.effect.each([
    ["completed", "Good morning.", "Good morning."],
    ["completed", "", ""],
    ["failed", "Good morning.", null]
  ] as const)("has the words of a transcription that is %s (%j)", ([TranscriptionStatus, TranscriptionText, text]) =>
    Effect.gen(function* () {
      const form = { ...call, RecordingSid: recording, TranscriptionStatus, TranscriptionText }
      assert.deepStrictEqual(
        yield* eventsOf("transcription", form, about),
        reported({ _tag: "Transcribed", recording, text, confidence: null }) as never
      )
    })
  )
})

describe("A webhook of a call", () => {
  const kinds: ReadonlyArray<Telephony.WebhookKind> = ["call", "fallback", "call-status", "recording", "transcription"]

  it.effect.each(kinds)("is refused unless it is a POST, of which something is signed (%s)", (kind) =>
    malformed(kind, call, "", { method: "GET" })
  )

  it.effect.each(kinds)("is refused unless it is a form (%s)", (kind) =>
    malformed(kind, call, "", { headers: { "content-type": "application/json" } })
  )

  it.effect.each(kinds)("is refused when it is signed for another body (%s)", (kind) =>
    Effect.gen(function* () {
      const body = new TextEncoder().encode(new URLSearchParams({ ...call, To: "+12025550199" }).toString())
      const { reason } = yield* Effect.flip(receive(kind, call, "", { body }))
      assert.instanceOf(reason, TelephonyError.InvalidSignature)
    })
  )
})
