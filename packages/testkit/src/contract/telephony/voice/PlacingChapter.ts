/** Calls that we place. An adapter that guesses rings a phone twice, or never. */
import type { CallId, PhoneNumber } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../../simulators/core/Scenario.ts"
import type { RequestFault } from "../../../simulators/core/Scenario.ts"
import { type Chapter, test } from "../Chapter.ts"
import { Receiver } from "../Receiver.ts"
import { ProviderUnderTest } from "../Subject.ts"
import {
  call,
  caller,
  connect,
  gather,
  hangup,
  joined,
  other,
  say,
  shown,
  toldOf,
  voice,
  voicemail
} from "./GivenCall.ts"

/** Somebody of the clinic, whose number the other side never sees. */
const clinician = "+13035550166" as PhoneNumber.E164

const plan = gather("Press 1 to be connected.", [{ digits: "1", leadsTo: connect() }], hangup(say("Goodbye.")))

let count = 0

/** One try at a call to the clinician, with what came of it. */
const place = Effect.fnUntraced(function* (faults: ReadonlyArray<RequestFault> = []) {
  const { simulator, telephony } = yield* ProviderUnderTest
  const phones = yield* voice
  const receiver = yield* Receiver
  receiver.plan(plan)
  count++
  const placed: Telephony.OutboundCall = {
    callId: `01980000-0000-7000-8000-0000000${String(10_000 + count)}` as CallId,
    from: shown,
    to: clinician,
    ringSeconds: 25,
    maxSeconds: 3_600
  }
  const [webhooks, calls] = [receiver.delivered.length, phones.traces.length]
  for (const fault of faults) simulator.faults.onSend(fault)
  const outcome = yield* telephony.calls.place(placed)
  yield* Effect.promise(() => simulator.idle())
  const traces = phones.traces.slice(calls)
  const told = traces[0] === undefined ? null : toldOf(traces[0], receiver.delivered.slice(webhooks))
  return { outcome, placed, traces, told }
})

/** Of texts, and so of no call. */
const ofTexts: ReadonlySet<RequestFault> = new Set<RequestFault>(["recipientOptedOut"])

const wanted: Partial<Record<RequestFault, Telephony.CallOutcome["_tag"]>> = {
  rejectedInvalidRecipient: "Rejected",
  senderNotAllowed: "Rejected",
  unauthorised: "Rejected",
  rateLimited: "Throttled",
  rateLimitedBare: "Throttled"
}

const isLost = (fault: RequestFault): boolean => (Scenario.lostAnswers as ReadonlyArray<RequestFault>).includes(fault)

export const placingChapter: Chapter = {
  chapter: "Placing calls",
  tests: [
    test(
      "MUST call with our number, do what the plan says, and connect who presses the key",
      [],
      function* () {
        const phones = yield* voice
        phones.whenCalled(clinician, { answering: "answers", keys: ["1"] })
        phones.whenCalled(other, { answering: "answers", talks: 45 })
        const { outcome, placed, told } = yield* place()
        assert.deepStrictEqual(outcome, { _tag: "Placed", providerCallId: told?.trace.id ?? "" })
        const [own, far] = told!.trace.legs
        assert.deepInclude(own, { number: clinician as string, direction: "outbound", callerId: shown as string })
        assert.deepStrictEqual(own?.heard, ["say en-US: Press 1 to be connected."])
        assert.deepInclude(far, { number: other as string, callerId: shown as string })
        assert.deepStrictEqual(
          told!.turns.map(({ turn }) => turn._tag),
          ["Answered", "Pressed", "Connected"]
        )
        for (const { callId, providerCallId } of [...told!.turns, ...told!.reported]) {
          assert.deepStrictEqual([callId, providerCallId], [placed.callId, told!.trace.id])
        }
        const { far: reached, own: called } = joined("bridge", plan, told!.reported)
        assert.deepStrictEqual(reached, { status: "completed", durationSeconds: 45 })
        assert.strictEqual(called.status, "completed")
        assert.isAtLeast(called.durationSeconds ?? 0, 45)
        assert.deepStrictEqual(
          told!.trace.documents.flatMap(({ violation }) => violation ?? []),
          []
        )
      },
      ["voice"]
    ),

    test(
      "MUST NOT let the clinician's number stand in a document or a callback, nor connect without the key",
      [],
      function* () {
        const phones = yield* voice
        for (const keys of [["1"], []]) {
          phones.whenCalled(clinician, { answering: "answers", keys })
          const { told } = yield* place()
          assert.lengthOf(told!.trace.legs, keys.length + 1)
          for (const { body, url } of told!.trace.documents) {
            assert.isFalse(`${body} ${url}`.includes(clinician.slice(1)), "the clinician's number")
          }
          for (const { request } of told!.webhooks)
            assert.isFalse(request.target.includes(clinician.slice(1)), "in a URL")
        }
      },
      ["voice"]
    ),

    ...(["busy", "no_answer", "failed"] as const).map((answering) =>
      test(
        `MUST tell of a call that is ${answering}`,
        [],
        function* () {
          const phones = yield* voice
          phones.whenCalled(clinician, { answering })
          const { outcome, told } = yield* place()
          assert.strictEqual(outcome._tag, "Placed")
          assert.deepStrictEqual(joined("bridge", plan, told!.reported).own, {
            status: answering,
            durationSeconds: null
          })
          assert.deepStrictEqual(told!.turns, [])
        },
        ["voice"]
      )
    ),

    ...Scenario.requestFaults
      .filter((fault) => !ofTexts.has(fault))
      .map((fault) =>
        test(
          `MUST say what is known of a call after ${fault}, and not place it again`,
          [fault],
          function* () {
            const { simulator } = yield* ProviderUnderTest
            const before = simulator.ledger.requests.length
            const { outcome, traces } = yield* place([fault])
            assert.strictEqual(outcome._tag, wanted[fault] ?? "Unknown")
            if (fault === "rateLimited") assert.deepStrictEqual(outcome, { _tag: "Throttled", retryAfterMillis: 1000 })
            assert.lengthOf(traces, isLost(fault) ? 1 : 0)
            const requests = simulator.ledger.requests.slice(before).filter(({ method }) => method === "POST")
            assert.lengthOf(requests, 1)
          },
          ["voice"]
        )
      ),

    test(
      "MUST know that no phone rang when nobody listens",
      [],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        yield* Effect.promise(() => simulator.close())
        assert.strictEqual((yield* place()).outcome._tag, "NotSent")
      },
      ["voice"]
    ),

    test(
      "MUST say what became of a call that is asked for, and that it knows no other",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const phones = yield* voice
        phones.whenCalled(clinician, { answering: "busy" })
        const missed = yield* place()
        const talked = yield* call(voicemail(), { speaks: 14, from: caller })
        assert.deepStrictEqual(yield* telephony.calls.status(missed.told!.trace.id), {
          status: "busy",
          durationSeconds: null
        })
        const { durationSeconds, status } = yield* telephony.calls.status(talked.trace.id)
        assert.strictEqual(status, "completed")
        assert.isAtLeast(durationSeconds ?? 0, 14)
        const { id } = talked.trace
        for (const unknown of [id.replace(/.$/, (last) => (last === "0" ? "1" : "0")), "", "an id", `../${id}`]) {
          assert.strictEqual((yield* Effect.flip(telephony.calls.status(unknown))).reason._tag, "NotFound")
        }
      },
      ["voice", "call status"]
    )
  ]
}
