/** The import of a recording, cut off at each of its steps: ours is there before theirs is gone, and nothing is there twice. */
import { Attachment } from "@careline/domain"
import {
  BlobStore,
  Calls,
  MediaImports,
  Messages,
  Optional,
  type Telephony,
  Transcriber,
  TranscriberError
} from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { Crash, facet, fragile } from "./support/Crash.ts"
import * as World from "./support/voiceWorld.ts"

const ID = "CA1"
const REF = "RE1"

const transcript = { text: "Please call me back.", confidence: 0.9 }
const transcriber = Optional.present(Transcriber).pipe(
  Layer.provideMerge(Layer.succeed(Transcriber, Transcriber.of({ transcribe: () => Effect.succeed(transcript) })))
)

/** A call with a recording that waits to be imported. */
const recorded = Effect.gen(function* () {
  yield* World.setUp()
  yield* World.call(ID)
  yield* World.report(ID, { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 21 })
  yield* World.report(ID, { _tag: "Recorded", recording: REF, durationSeconds: 9 })
  yield* Application.processInbound()
  yield* Application.applyCallReports()
})

const voicemail = Effect.map(World.conversation, ({ messages }) => messages[0]!)

/** What is kept of the recording, by the message that has it. */
const heard = Effect.gen(function* () {
  const [attachment] = (yield* voicemail).attachments
  const key = Attachment.keyOf(attachment?.url ?? null)
  if (key === null) return null
  return Option.getOrNull(Option.map(yield* (yield* BlobStore).get(key), ({ bytes }) => bytes))
})

describe("The import of a recording", () => {
  it.effect("ends the same, wherever it is cut off", () =>
    Effect.gen(function* () {
      let cutOff = 0
      for (let at = 1; ; at++) {
        const provider = World.makeProvider()
        provider.kept.set(REF, World.tone)
        const crash = new Crash(at)
        const telephony: Telephony.TelephonyService = {
          ...provider.telephony,
          recordings: facet(provider.telephony.recordings, crash)
        }
        yield* Effect.gen(function* () {
          yield* recorded
          const ports = yield* Effect.all([
            fragile(BlobStore, crash),
            fragile(Calls, crash),
            fragile(MediaImports, crash),
            fragile(Messages, crash)
          ])
          const breaking = Effect.provide(Application.importMedia(), Layer.mergeAll(...ports))
          yield* Effect.ignoreCause(breaking)
          if (!provider.kept.has(REF)) assert.deepStrictEqual(yield* heard, World.tone, `cut off at step ${at}`)
          yield* World.settle
          const message = yield* voicemail
          assert.strictEqual(message.transcript?.text, "Please call me back.", `cut off at step ${at}`)
          assert.strictEqual(message.attachments.length, 1)
          assert.deepStrictEqual(yield* heard, World.tone)
          assert.isFalse(provider.kept.has(REF))
          const store = yield* Memory.MemoryStore
          assert.strictEqual(yield* store.read(({ mediaImports }) => HashMap.size(mediaImports)), 0)
        }).pipe(Effect.provide(Layer.merge(World.world(telephony), transcriber)))
        if (!crash.happened) break
        cutOff++
      }
      assert.isAbove(cutOff, 10)
    })
  )

  it.effect("is done once by two workers, of which one comes back after its lease", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      provider.kept.set(REF, World.tone)
      let isSlow = true
      const telephony: Telephony.TelephonyService = {
        ...provider.telephony,
        recordings: {
          ...provider.telephony.recordings,
          fetch: (recording, maxBytes) => {
            const fetched = provider.telephony.recordings.fetch(recording, maxBytes)
            if (!isSlow) return fetched
            isSlow = false
            return Effect.delay(fetched, "10 minutes")
          }
        }
      }
      yield* Effect.gen(function* () {
        yield* recorded
        const slow = yield* Effect.forkChild(Application.importMedia())
        yield* TestClock.adjust("5 minutes")
        yield* World.settle
        yield* TestClock.adjust("10 minutes")
        yield* Fiber.await(slow)
        assert.deepStrictEqual(yield* heard, World.tone)
        assert.strictEqual((yield* voicemail).attachments.length, 1)
      }).pipe(Effect.provide(World.world(telephony)))
    })
  )

  it.effect("leaves a recording with the provider while it gives a page in its place", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      const page = new TextEncoder().encode("<html>Service unavailable</html>")
      provider.kept.set(REF, page)
      yield* Effect.gen(function* () {
        yield* recorded
        for (let round = 0; round < 12; round++) yield* World.settle
        assert.strictEqual((yield* voicemail).content, "Voicemail received.")
        assert.deepStrictEqual(provider.kept.get(REF), page)
      }).pipe(Effect.provide(World.world(provider.telephony)))
    })
  )

  it.effect("is not held up by a transcriber that fails", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      provider.kept.set(REF, World.tone)
      const broken = Layer.succeed(
        Transcriber,
        Transcriber.of({ transcribe: () => new TranscriberError({ message: "out of order", isRetryable: true }) })
      )
      yield* Effect.gen(function* () {
        yield* recorded
        yield* World.settle
        assert.strictEqual((yield* voicemail).content, "Voicemail received.")
        assert.deepStrictEqual(yield* heard, World.tone)
        assert.isFalse(provider.kept.has(REF))
      }).pipe(Effect.provide(Layer.merge(World.world(provider.telephony), broken)))
    })
  )
})

describe("A picture that came with a text", () => {
  const picture = new Uint8Array(
    Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64"
    )
  )
  const html = new TextEncoder().encode("<svg onload=alert(1)>")

  const texted = (bytes: ReadonlyArray<Uint8Array>) => {
    const provider = World.makeProvider()
    const urls = bytes.map((one, index) => {
      const url = `https://media.acme.example/${index}`
      provider.kept.set(url, one)
      return url
    })
    return Effect.gen(function* () {
      yield* World.setUp()
      yield* World.text("Look", urls)
      yield* World.settle
      return (yield* World.conversation).messages[0]!
    }).pipe(Effect.provide(World.world(provider.telephony)))
  }

  it.effect("is copied, and known for what it is", () =>
    Effect.gen(function* () {
      const message = yield* texted([picture, picture])
      assert.strictEqual(message.content, "Look")
      assert.deepStrictEqual(
        message.attachments.map(({ mimeType, type }) => [type, mimeType]),
        [
          ["image", "image/png"],
          ["image", "image/png"]
        ]
      )
      for (const { url } of message.attachments) assert.match(url!, /^blob:/)
    })
  )

  it.effect("that is a page is not kept, and stays no link to one", () =>
    Effect.gen(function* () {
      const message = yield* texted([html, picture])
      assert.deepStrictEqual(
        message.attachments.map(({ failureReason, type, url }) => [type, url === null, failureReason]),
        [
          ["file", true, "unsafe_type"],
          ["image", false, undefined]
        ]
      )
    })
  )

  it.effect("that the provider has no more says so, once it was tried often enough", () =>
    Effect.gen(function* () {
      const provider = World.makeProvider()
      yield* Effect.gen(function* () {
        yield* World.setUp()
        yield* World.text("Look", ["https://media.acme.example/gone"])
        for (let round = 0; round < 12; round++) yield* World.settle
        const [message] = (yield* World.conversation).messages
        assert.deepStrictEqual(message!.attachments, [
          { type: "file", url: null, mimeType: "image/png", failureReason: "not_found" }
        ])
      }).pipe(Effect.provide(World.world(provider.telephony)))
    })
  )
})
