/** A voicemail, whatever becomes of the callbacks that tell of it: one message, one notification, and the same words. */
import type { CallReport } from "@careline/domain"
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "@effect/vitest"
import * as Memory from "@careline/testkit"
import { Chunk, Effect, HashMap } from "effect"
import { TestClock } from "effect/testing"
import { applyCallReports, importMedia } from "../src/index.ts"
import * as World from "./support/voiceWorld.ts"

const ID = "CA1"
const REF = "RE1"

/** What a provider tells of a call with a voicemail, each by a webhook of its own. */
const callbacks: ReadonlyArray<CallReport> = [
  { _tag: "Progressed", leg: "own", status: "in_progress", durationSeconds: null },
  { _tag: "Recorded", recording: REF, durationSeconds: 9 },
  { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 21 },
  { _tag: "Transcribed", recording: REF, text: "Please call me back.", confidence: 0.9 },
  { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: null }
]

interface Seen {
  readonly content: string | undefined
  readonly transcript: string | undefined
  readonly subType: string | undefined
  readonly attachments: number | undefined
}

/** What came of a call of which these webhooks came, in this order, around and before the call's own. */
const told = (reports: ReadonlyArray<CallReport | "call">, bytes = World.tone) => {
  const provider = World.makeProvider()
  provider.kept.set(REF, bytes)
  return Effect.gen(function* () {
    yield* World.setUp()
    for (const one of reports) {
      yield* one === "call" ? World.call(ID) : World.report(ID, one)
    }
    yield* World.settle
    const { messages, threads } = yield* World.conversation
    const store = yield* Memory.MemoryStore
    const created = yield* store.read(
      ({ broadcasts }) => Chunk.toArray(broadcasts).filter(({ event }) => event.type === "message.created").length
    )
    const waiting = yield* store.read(({ mediaImports }) => HashMap.size(mediaImports))
    return { messages, threads, created, waiting, kept: [...provider.kept.keys()] }
  }).pipe(Effect.provide(World.world(provider.telephony)))
}

const voicemail = (outcome: Effect.Success<ReturnType<typeof told>>): Seen => {
  const message = outcome.messages.find(({ direction }) => direction === "inbound")
  return {
    content: message?.content,
    transcript: message?.transcript?.text,
    subType: message?.metaData.messageSubType,
    attachments: message?.attachments.length
  }
}

const run = <A, E>(effect: Effect.Effect<A, E>) => Effect.runPromise(Effect.provide(effect, TestClock.layer()))

const complete: Seen = {
  content: "Voicemail received.",
  transcript: "Please call me back.",
  subType: "voicemail",
  attachments: 1
}

describe("A voicemail", () => {
  it.effect("stands in the thread from the call on, unread, with its alarm running", () =>
    Effect.gen(function* () {
      const { telephony } = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp()
        yield* World.call(ID)
        yield* World.settle
        const { messages, threads } = yield* World.conversation
        assert.deepStrictEqual(
          messages.map(({ content, direction, messageType }) => [messageType, direction, content]),
          [["system", "inbound", "Incoming call."]]
        )
        assert.strictEqual(threads[0]!.lastInboundPosition, 1)
        assert.strictEqual(threads[0]!.lastMessagePreview, "Incoming call.")
        assert.strictEqual(threads[0]!.escalation.state, "running")
      }).pipe(Effect.provide(World.world(telephony)))
    })
  )

  it.effect("is heard, read and answered once all is known, and is gone at the provider", () =>
    Effect.gen(function* () {
      const outcome = yield* told(["call", ...callbacks])
      assert.deepStrictEqual(voicemail(outcome), complete)
      const [message, answer] = outcome.messages
      assert.deepInclude(message!.attachments[0], { type: "audio", duration: 9, mimeType: "audio/wav" })
      assert.match(message!.attachments[0]!.url!, /^blob:/)
      assert.deepInclude(answer, { content: "We will call back.", direction: "outbound" })
      assert.strictEqual(outcome.threads[0]!.lastMessagePreview, "Voicemail received. Please call me back.")
      assert.strictEqual(outcome.threads[0]!.lastInboundPosition, 1)
      assert.deepStrictEqual([outcome.kept, outcome.waiting], [[], 0])
    })
  )

  const order = fc.shuffledSubarray([...callbacks.keys(), -1], { minLength: callbacks.length + 1 })

  test.prop([order, fc.array(fc.nat(callbacks.length - 1), { maxLength: 4 })], { numRuns: 60 })(
    "is the same, whatever the order in which its webhooks come, and however often",
    (indexes, again) =>
      run(
        Effect.gen(function* () {
          const all = [...indexes, ...again]
          const outcome = yield* told(all.map((index) => (index === -1 ? "call" : callbacks[index]!)))
          assert.deepStrictEqual(voicemail(outcome), complete)
          // The contact's call and our one answer to it: nothing more was ever announced.
          assert.strictEqual(outcome.created, 2)
          assert.deepStrictEqual([outcome.kept, outcome.waiting], [[], 0])
        })
      )
  )

  test.prop([fc.uniqueArray(fc.nat(callbacks.length - 1), { maxLength: callbacks.length })], { numRuns: 32 })(
    "is one message with whatever was told of it, when some of its webhooks are lost",
    (lost) =>
      run(
        Effect.gen(function* () {
          const came = callbacks.filter((_, index) => !lost.includes(index))
          const outcome = yield* told(["call", ...came])
          assert.strictEqual(outcome.messages.filter(({ direction }) => direction === "inbound").length, 1)
          const isRecorded = came.some(({ _tag }) => _tag === "Recorded")
          const isWritten = came.some(({ _tag }) => _tag === "Transcribed")
          const isOver = came.some((one) => one._tag === "Progressed" && one.status === "completed")
          const { attachments, content, transcript } = voicemail(outcome)
          assert.strictEqual(transcript, isWritten ? complete.transcript : undefined)
          assert.strictEqual(attachments, isRecorded ? 1 : 0)
          assert.strictEqual(
            content,
            isWritten
              ? isRecorded
                ? complete.content
                : `${complete.content} The recording could not be had from the provider.`
              : isRecorded
                ? "Voicemail received."
                : isOver
                  ? "Missed call."
                  : "Incoming call."
          )
          assert.strictEqual(outcome.created, isOver ? 2 : 1)
        })
      )
  )

  it.effect("in which nobody says anything is a missed call, and what was recorded is kept", () =>
    Effect.gen(function* () {
      const outcome = yield* told(["call", ...callbacks.filter(({ _tag }) => _tag !== "Transcribed")], World.silence)
      assert.deepStrictEqual(voicemail(outcome), {
        content: "Missed call.",
        transcript: undefined,
        subType: "missed_call",
        attachments: 0
      })
    })
  )

  it.effect("that is imported before its lane runs keeps its recording", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      provider.kept.set(REF, World.tone)
      yield* Effect.gen(function* () {
        yield* World.setUp()
        yield* World.call(ID)
        yield* World.report(ID, callbacks[1]!)
        yield* applyCallReports()
        yield* importMedia()
        yield* World.settle
        const { messages } = yield* World.conversation
        assert.match(messages[0]!.attachments[0]!.url!, /^blob:/)
      }).pipe(Effect.provide(World.world(provider.telephony)))
    })
  )

  it.effect("of which one report cannot be applied holds up no other call", () =>
    Effect.gen(function* () {
      const outcome = yield* told([
        "call",
        { _tag: "Progressed", leg: "own", status: "in_progress", durationSeconds: 3e9 },
        ...callbacks
      ])
      assert.deepStrictEqual(voicemail(outcome), complete)
    })
  )

  it.effect("with words on what was taken for silence can be listened to", () =>
    Effect.gen(function* () {
      const outcome = yield* told(["call", ...callbacks], World.silence)
      assert.deepStrictEqual(voicemail(outcome), complete)
    })
  )

  it.effect("that was said to be lost, and is there after all, is fetched", () =>
    Effect.gen(function* () {
      const outcome = yield* told(["call", { _tag: "RecordingLost", recording: REF }, ...callbacks])
      assert.deepStrictEqual(voicemail(outcome), complete)
    })
  )

  it.effect("of which the recording is gone says so", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      const outcome = yield* Effect.gen(function* () {
        yield* World.setUp()
        yield* World.call(ID)
        for (const one of callbacks.slice(0, 3)) yield* World.report(ID, one)
        for (let round = 0; round < 12; round++) yield* World.settle
        return yield* World.conversation
      }).pipe(Effect.provide(World.world(provider.telephony)))
      assert.strictEqual(
        outcome.messages[0]!.content,
        "Voicemail received. The recording could not be had from the provider."
      )
    })
  )

  it.effect("whose transcript is in doubt asks to listen first", () =>
    Effect.gen(function* () {
      const doubtful = { _tag: "Transcribed", recording: REF, text: "Leaf me a loan", confidence: 0.3 } as const
      const outcome = yield* told(["call", ...callbacks.slice(0, 3), doubtful])
      assert.strictEqual(
        voicemail(outcome).content,
        "Voicemail received. Please listen first: the transcript may be wrong."
      )
      assert.deepStrictEqual(outcome.messages[0]!.transcript, { text: "Leaf me a loan", confidence: 0.3 })
    })
  )
})
