/** Recordings are written down over the real SDK, by an endpoint that is a real server. */
import { Language } from "@careline/domain"
import { Transcriber } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { OpenAiTranscriber } from "../src/index.ts"
import type { OpenAiOptions } from "../src/index.ts"
import { type Answer, sendJson, serve } from "./endpoint.ts"

const recording = {
  bytes: new TextEncoder().encode("RIFF canary-recording"),
  contentType: "audio/wav",
  language: Language.make("es-US")
}
const verbose = {
  task: "transcribe",
  language: "spanish",
  duration: 4,
  text: " Hola. ",
  segments: [{ id: 0, start: 0, end: 4, avg_logprob: 0, no_speech_prob: 0.25, text: " Hola. " }]
}

const transcribe = (options: OpenAiOptions, one: typeof recording = recording) =>
  Transcriber.use((transcriber) => transcriber.transcribe(one)).pipe(Effect.provide(OpenAiTranscriber.layer(options)))

/** A failure, and that it says nothing of what was sent and answered. */
const failureOf = Effect.fnUntraced(function* (options: OpenAiOptions) {
  const error = yield* Effect.flip(transcribe(options))
  assert.strictEqual(error._tag, "TranscriberError")
  assert.notMatch(`${String(error)} ${error.stack} ${JSON.stringify(error)}`, /canary/)
  assert.isUndefined(error.cause)
  return [error.message, error.isRetryable] as const
})

describe("The transcriber", () => {
  it.effect("sends the recording with its format, the model and the caller's language", () =>
    Effect.gen(function* () {
      const { options, taken } = yield* serve((response) => sendJson(response, 200, verbose))
      assert.deepStrictEqual(yield* transcribe({ ...options, model: "large-v3" }), { text: "Hola.", confidence: 0.75 })
      assert.deepStrictEqual(taken, [
        {
          authorization: "Bearer canary-key",
          fields: { model: "large-v3", language: "es", response_format: "verbose_json" },
          file: { name: "recording.wav", type: "audio/wav", bytes: recording.bytes }
        }
      ])
    })
  )

  it.effect("sends no credentials to a server that takes none, and no language that has no code of two letters", () =>
    Effect.gen(function* () {
      const { options, taken } = yield* serve((response) => sendJson(response, 200, { text: "Aloha" }))
      const hawaiian = { ...recording, language: Language.make("haw-US") }
      assert.deepStrictEqual(yield* transcribe({ ...options, apiKey: null }, hawaiian), {
        text: "Aloha",
        confidence: null
      })
      assert.isUndefined(taken[0]?.authorization)
      assert.notProperty(taken[0]?.fields, "language")
    })
  )

  const error = { error: { message: "canary-recording of canary-key", code: "canary" } }
  const statuses: ReadonlyArray<readonly [number, boolean]> = [
    [307, false],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, true],
    [413, false],
    [415, false],
    [422, false],
    [429, true],
    [500, true],
    [503, true]
  ]
  it.effect.each(statuses)("tries once, and after a %s says whether again may help: %s", ([status, isRetryable]) =>
    Effect.gen(function* () {
      const { options, taken } = yield* serve((response) => {
        response.setHeader("location", "/v1/audio/transcriptions")
        sendJson(response, status, error)
      })
      assert.deepStrictEqual(yield* failureOf(options), [`HTTP ${status}`, isRetryable])
      assert.lengthOf(taken, 1)
    })
  )

  const unreadable: ReadonlyArray<readonly [string, Answer]> = [
    ["another shape", (response) => sendJson(response, 200, { transcript: "canary" })],
    ["no JSON", (response) => response.writeHead(200, { "content-type": "application/json" }).end("{ canary")],
    ["a page", (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>canary")],
    ["half an answer", (response) => response.write("{ canary", () => response.destroy())]
  ]
  it.effect.each(unreadable)("may be asked again after %s", ([, answer]) =>
    Effect.gen(function* () {
      const { options } = yield* serve(answer)
      const [, isRetryable] = yield* failureOf(options)
      assert.isTrue(isRetryable)
    })
  )

  it.effect("may be asked again when nobody is there", () =>
    Effect.gen(function* () {
      const { options } = yield* Effect.scoped(serve((response) => sendJson(response, 200, verbose)))
      assert.deepStrictEqual(yield* failureOf(options), ["ECONNREFUSED", true])
    })
  )

  it.effect.each(["before it answers", "while it answers"])("hangs up when time is out %s", (when) =>
    Effect.gen(function* () {
      const asked = Promise.withResolvers<void>()
      const closed = Promise.withResolvers<void>()
      const { options } = yield* serve((response) => {
        response.on("close", () => closed.resolve())
        if (when === "while it answers") response.write("{")
        asked.resolve()
      })
      // The SDK's own clock is not the virtual one.
      const fiber = yield* Effect.forkChild(failureOf({ ...options, timeoutMillis: 60_000 }))
      yield* Effect.promise(() => asked.promise)
      yield* TestClock.adjust(60_000)
      assert.deepStrictEqual(yield* Fiber.join(fiber), ["no answer in time", true])
      yield* Effect.promise(() => closed.promise)
    })
  )
})
