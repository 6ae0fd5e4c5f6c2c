/** What is told of a call, by whom it is and how far it came: whatever is lost, doubled or late on the way. */
import { Call, CallStatus } from "@careline/domain"
import { identityOf } from "@careline/ports"
import { assert } from "vitest"
import type { VoiceFault } from "../../../simulators/core/Voice.ts"
import { type Chapter, test } from "../Chapter.ts"
import { CALL_ID } from "../Receiver.ts"
import { ProviderUnderTest } from "../Subject.ts"
import { call, caller, connect, hangup, joined, other, say, voice, voicemail } from "./GivenCall.ts"

/** Faults after which everything is told that there is to tell. */
const harmless: ReadonlyArray<VoiceFault> = ["callTwice", "callbacksTwice", "callbacksReversed"]

const TALK = 73

export const reportsChapter: Chapter = {
  chapter: "Call reports",
  tests: [
    test(
      "MUST say who calls whom, under the provider's id",
      [],
      function* () {
        const { line } = yield* ProviderUnderTest
        const { received, trace } = yield* call(hangup(say("Hello.")))
        assert.deepStrictEqual(received, [
          { _tag: "CallReceived", providerCallId: trace.id, from: caller, to: line }
        ] as unknown as typeof received)
      },
      ["voice"]
    ),

    test(
      "MUST NOT make a number of a caller who withholds it",
      [],
      function* () {
        const { received } = yield* call(hangup(say("Hello.")), { from: null })
        assert.deepStrictEqual(
          received.map(({ from }) => from as string),
          ["anonymous"]
        )
      },
      ["voice"]
    ),

    test(
      "MUST give a call that is told twice the same identity",
      [],
      function* () {
        const { received } = yield* call(hangup(say("Hello.")), {}, ["callTwice"])
        assert.lengthOf(received, 2)
        assert.deepStrictEqual(identityOf(received[0]!), identityOf(received[1]!))
      },
      ["voice"]
    ),

    test(
      "MUST carry our id of the call in what is asked and reported of its steps",
      [],
      function* () {
        const { reported, trace, turns } = yield* call(connect())
        assert.isNotEmpty(turns)
        for (const turn of turns) {
          assert.deepStrictEqual([turn.callId, turn.providerCallId, turn.at], [CALL_ID, trace.id, ""])
        }
        const far = reported.filter(({ report }) => report._tag === "Progressed" && report.leg === "far")
        assert.isNotEmpty(far)
        for (const { callId, providerCallId } of far) {
          assert.deepStrictEqual([callId, providerCallId], [CALL_ID, trace.id])
        }
        for (const { callId, providerCallId } of reported) {
          assert.oneOf(callId, [CALL_ID, null])
          assert.strictEqual(providerCallId, trace.id)
        }
      },
      ["voice"]
    ),

    ...[[], ...harmless.map((fault) => [fault])].map((faults) =>
      test(
        `MUST tell what became of both legs${faults.length === 0 ? "" : ` with ${faults.join()}`}`,
        [],
        function* () {
          const phones = yield* voice
          phones.whenCalled(other, { answering: "answers", talks: TALK })
          const answered = yield* call(connect(), {}, faults)
          const talked = joined("bridge", connect(), answered.reported)
          assert.deepStrictEqual(talked.far, { status: "completed", durationSeconds: TALK })
          assert.strictEqual(talked.own.status, "completed")
          assert.isAtLeast(talked.own.durationSeconds ?? 0, TALK)
          assert.deepStrictEqual([Call.status(talked), Call.durationSeconds(talked)], ["completed", TALK])
          for (const answering of ["busy", "no_answer", "failed"] as const) {
            phones.whenCalled(other, { answering })
            const missed = joined("bridge", connect(), (yield* call(connect(), {}, faults)).reported)
            assert.deepStrictEqual(missed.far, { status: answering, durationSeconds: null })
            assert.strictEqual(Call.status(missed), answering)
          }
        },
        ["voice"]
      )
    ),

    test(
      "MUST NOT tell anything wrong of a call whose reports are lost",
      [],
      function* () {
        const { reported, turns } = yield* call(connect(), {}, ["callbacksLost"])
        const known = joined("bridge", connect(), reported)
        assert.deepStrictEqual(
          turns.map(({ turn }) => turn),
          [{ _tag: "Connected", reached: true }],
          "what is waited for is asked"
        )
        assert.oneOf(known.far?.status ?? "completed", ["initiated", "ringing", "in_progress", "completed"])
        assert.oneOf(known.own.status, ["ringing", "in_progress", "completed"])
      },
      ["voice"]
    ),

    test(
      "MUST tell that a call to us is over, and how long it was",
      [],
      function* () {
        for (const plan of [hangup(say("Hello.")), voicemail()]) {
          const { reported } = yield* call(plan, { speaks: 11 })
          const { own } = joined("voicemail", plan, reported)
          assert.strictEqual(own.status, "completed")
          assert.isAtLeast(own.durationSeconds ?? 0, 1)
        }
        const refused = yield* call({ _tag: "Reject", reason: "busy" })
        const { own } = joined("voicemail", hangup(), refused.reported)
        assert.isTrue(CallStatus.isOver(own.status) && own.status !== "completed", "a call that was not taken")
        assert.isNull(own.durationSeconds)
      },
      ["voice"]
    ),

    ...(["wrongKey", "missingSignature"] as const).map((signing) =>
      test(
        `MUST NOT render a plan for a webhook with ${signing}, nor tell an event of it`,
        [signing],
        function* () {
          const { simulator } = yield* ProviderUnderTest
          simulator.faults.everySigning(signing)
          const { received, reported, trace, turns, webhooks } = yield* call(connect())
          assert.isNotEmpty(webhooks)
          assert.deepStrictEqual([received, reported, turns], [[], [], []])
          assert.lengthOf(trace.legs, 1)
          for (const { body } of trace.documents) assert.isFalse(body.includes(other.slice(1)), "the plan was rendered")
        },
        ["voice"]
      )
    ),

    test(
      "MUST refuse the steps of a call from whoever is not the provider",
      ["wrongKey"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        // The call itself is believed, and what comes after it is not.
        simulator.faults.onSigning("rotatedKey")
        simulator.faults.everySigning("wrongKey")
        const { reported, turns } = yield* call(voicemail(), { speaks: 4 })
        assert.deepStrictEqual([reported, turns], [[], []])
      },
      ["voice"]
    )
  ]
}
