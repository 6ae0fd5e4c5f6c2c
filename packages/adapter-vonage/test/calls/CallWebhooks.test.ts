/** The forms of a call's webhooks, read. */
import { TelephonyError } from "@careline/ports"
import { assert, describe, it } from "vitest"
import * as CallWebhooks from "../../src/calls/CallWebhooks.ts"

const conversation = "CON-aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
type Fields = Readonly<Record<string, unknown>>

const query = (text: string) => new URLSearchParams(text)
const of = (fields: Fields): Fields => ({
  from: "13035550177",
  to: "12025550100",
  uuid: "aaaaaaaabbbb4ccc8ddd0123456789ab",
  conversation_uuid: conversation,
  timestamp: "2026-01-02T03:04:05.000Z",
  ...fields
})
const report = (report: object, callId: string | null = "c-1") => ({
  _tag: "CallReported",
  providerCallId: conversation,
  callId,
  report
})
const progressed = (leg: "own" | "far", status: string, durationSeconds: number | null = null) => ({
  _tag: "Progressed",
  leg,
  status,
  durationSeconds
})

const call = (fields: Fields, after = "") => CallWebhooks.decodeCall(of(fields), query(after)) as unknown
const connection = (fields: Fields) => call({ direction: "outbound", ...fields }, "call=c-1&at=1&after=connection")
const status = (fields: Fields, about = "") => CallWebhooks.decodeStatus(of(fields), query(about)) as unknown
const recorded = (fields: Fields) =>
  CallWebhooks.decodeRecording(
    { conversation_uuid: conversation, recording_uuid: "r", ...fields },
    query("call=c-1")
  ) as unknown

const turn = (turn: object) => ({ providerCallId: conversation, callId: "c-1", at: "1", turn })

describe("The webhook of a call that begins", () => {
  it("says who calls whom, under the id that all its legs have", () => {
    assert.deepStrictEqual(call({ endpoint_type: "phone", region_url: "https://api-us-3.vonage.com" }), {
      events: [{ _tag: "CallReceived", providerCallId: conversation, from: "+13035550177", to: "+12025550100" }]
    })
  })

  it.each(["anonymous", "Anonymous", "unknown", "", undefined, null, "Restricted", "UNAVAILABLE"])(
    "knows a withheld number by %j",
    (from) => {
      const told = call({ from }) as { readonly events: ReadonlyArray<{ readonly from: string }> }
      assert.deepStrictEqual(
        told.events.map((event) => event.from),
        ["anonymous"]
      )
    }
  )

  it("keeps a caller that is no number as the network wrote it", () => {
    const told = call({ from: "sip:alice" }) as { readonly events: ReadonlyArray<{ readonly from: string }> }
    assert.strictEqual(told.events[0]?.from, "sip:alice")
  })

  it.each([{ to: "" }, { to: undefined }, { conversation_uuid: undefined }, { conversation_uuid: "CON-../" }])(
    "cannot be read with %j",
    (fields) => assert.instanceOf(call(fields), TelephonyError.MalformedWebhook)
  )
})

describe("The webhook of a call that goes on", () => {
  it("tells that who was called answered", () => {
    assert.deepStrictEqual(call({}, "call=c-1&at=&after=answer"), {
      events: [],
      turn: { ...turn({ _tag: "Answered" }), at: "" }
    })
  })

  it.each([
    [{ digits: "2", timed_out: false }, "2"],
    [{ digits: 2, timed_out: false }, "2"],
    [{ digits: "", timed_out: true }, null],
    [{ digits: null, timed_out: true }, null],
    [undefined, null]
  ])("tells the keys of %j", (dtmf, digits) => {
    assert.deepStrictEqual(call({ dtmf, speech: { results: [] } }, "call=c-1&at=1&after=keys"), {
      events: [],
      turn: turn({ _tag: "Pressed", digits })
    })
  })

  it.each([
    ["started", "initiated"],
    ["ringing", "ringing"],
    ["answered", "in_progress"]
  ])("asks for nothing while the other side is %s", (given, known) => {
    assert.deepStrictEqual(connection({ status: given }), { events: [report(progressed("far", known))] })
  })

  it.each([
    [{ status: "busy", sip_code: 486 }, "busy"],
    [{ status: "timeout" }, "no_answer"],
    [{ status: "unanswered", detail: "unavailable" }, "no_answer"],
    [{ status: "cancelled" }, "canceled"],
    [{ status: "failed", detail: "cannot_route" }, "failed"],
    [{ status: "rejected", detail: "invalid_number" }, "failed"],
    [{ status: "rejected", detail: "declined" }, "busy"]
  ])("asks what comes when nobody was reached: %j", (fields, known) => {
    assert.deepStrictEqual(connection(fields), {
      events: [report(progressed("far", known))],
      turn: turn({ _tag: "Connected", reached: false })
    })
  })

  it("tells how long was talked", () => {
    const start_time = "2026-01-02T03:04:05.000Z"
    for (const duration of ["73", 73]) {
      assert.deepStrictEqual(connection({ status: "completed", start_time, duration }), {
        events: [report(progressed("far", "completed", 73))],
        turn: turn({ _tag: "Connected", reached: true })
      })
    }
  })

  it("takes the last event of a leg that nobody answered for no second end", () => {
    assert.deepStrictEqual(connection({ status: "completed", start_time: null, duration: "0" }), {
      events: [report(progressed("far", "canceled"))]
    })
  })

  it.each(["transfer", "input", "pondered", undefined])("says nothing of the status %j", (given) => {
    assert.deepStrictEqual(connection({ status: given }), { events: [] })
  })
})

describe("The event of a leg", () => {
  const inbound = { direction: "inbound" }
  const outbound = { direction: "outbound" }
  const talked = { status: "completed", start_time: "2026-01-02T03:04:05Z", duration: "12" }

  it("is of whoever called us", () => {
    assert.deepStrictEqual(status({ ...inbound, ...talked }), {
      events: [report(progressed("own", "completed", 12), null)]
    })
  })

  it("is of whom we called, where the URL carries our call", () => {
    assert.deepStrictEqual(status({ ...outbound, status: "ringing" }, "call=c-1"), {
      events: [report(progressed("own", "ringing"))]
    })
  })

  it("is of the other side where it carries none", () => {
    assert.deepStrictEqual(status({ ...outbound, status: "busy" }), {
      events: [report(progressed("far", "busy"), null)]
    })
  })

  it("of a call that was never taken tells that it is over, and of no talk", () => {
    assert.deepStrictEqual(status({ ...inbound, status: "completed", start_time: null, duration: "0" }), {
      events: [report(progressed("own", "canceled"), null)]
    })
  })

  it("is nothing where Vonage tells of an error in a document", () => {
    assert.deepStrictEqual(
      CallWebhooks.decodeStatus({ reason: "Syntax error in NCCO.", conversation_uuid: conversation }, query("")),
      { events: [] }
    )
  })
})

describe("The webhook of a recording", () => {
  const recording_url = "https://api-us.nexmo.com/v1/files/aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"
  const times = { start_time: "2026-01-02T03:04:05Z", end_time: "2026-01-02T03:04:17Z" }

  it("names it by its URL, and tells how long it is", () => {
    assert.deepStrictEqual(recorded({ recording_url, size: 12345, ...times }), {
      events: [report({ _tag: "Recorded", recording: recording_url, durationSeconds: 12 })]
    })
  })

  it.each([
    {},
    { start_time: "yesterday", end_time: times.end_time },
    { ...times, start_time: "2026-01-02T04:00:00Z" }
  ])("does not know how long it is by %j", (given) => {
    assert.deepStrictEqual(recorded({ recording_url, ...given }), {
      events: [report({ _tag: "Recorded", recording: recording_url, durationSeconds: null })]
    })
  })

  it("tells that it is lost where no URL leads to it", () => {
    for (const url of [undefined, null, "", "https://api.nexmo.com/v1/calls"]) {
      assert.deepStrictEqual(recorded({ recording_url: url, ...times }), {
        events: [report({ _tag: "RecordingLost", recording: null })]
      })
    }
  })
})
