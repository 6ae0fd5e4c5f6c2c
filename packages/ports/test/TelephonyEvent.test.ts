/** What tells the reports of a call apart, and so what a call is known to have lasted. */
import { Call, type CallId, type CallReport, CallStatus, type Contact, type PhoneNumberId } from "@careline/domain"
import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe } from "vitest"
import { identityOf } from "../src/index.ts"

const now = DateTime.makeUnsafe("2026-03-02T17:00:00Z")

const opened = Call.open(
  {
    id: "1" as CallId,
    siteGroupingId: null,
    purpose: "bridge",
    direction: "outbound",
    provider: "acme",
    providerCallId: "CA1",
    plan: { _tag: "Hangup", say: [] },
    fromNumber: "+12025550100" as Contact.Contact,
    toNumber: "+13035550123" as Contact.Contact,
    phoneNumberId: "1" as PhoneNumberId
  },
  "ringing",
  now
)

const completed = (durationSeconds: number | null): CallReport => ({
  _tag: "Progressed",
  leg: "far",
  status: "completed",
  durationSeconds
})

/** The call as it is known after webhooks, of which an inbox keeps one of each identity. */
const after = (reports: ReadonlyArray<CallReport>): Call.Call => {
  const kept = new Map<string, CallReport>()
  for (const report of reports) {
    const { detail } = identityOf({ _tag: "CallReported", providerCallId: "CA1", callId: null, report })
    if (!kept.has(detail)) kept.set(detail, report)
  }
  return [...kept.values()].reduce((call, report) => Call.applyReport(call, report, now), opened)
}

/** Whatever else is told of a call while its length is not. */
const untimed = fc.array(
  fc.record({
    _tag: fc.constant("Progressed" as const),
    leg: fc.constantFrom("own" as const, "far" as const),
    status: fc.constantFrom(...CallStatus.chain),
    durationSeconds: fc.constant(null)
  }),
  { maxLength: 6 }
)
const length = fc.nat(10_000)

describe("The length of a call", () => {
  test.prop([untimed, length, fc.array(length), fc.func(fc.nat())])(
    "is the first that was told, however often and with whatever else another one comes late",
    (others, first, late, place) => {
      const told = others.reduce<ReadonlyArray<CallReport>>(
        (all, report, index) => all.toSpliced(place(index) % (all.length + 1), 0, report),
        [completed(first), ...late.map(completed)]
      )
      const call = after(told)
      assert.strictEqual(Call.durationSeconds(call), first)
      assert.strictEqual(Call.status(call), "completed")
      assert.deepStrictEqual(after([...told, ...told]), call)
    }
  )

  test.prop([length])("is known though its end was told without it before", (seconds) => {
    assert.strictEqual(Call.durationSeconds(after([completed(null), completed(seconds)])), seconds)
    assert.strictEqual(Call.durationSeconds(after([completed(seconds), completed(null)])), seconds)
  })
})
