/** The configuration names what is missing or malformed, and never quotes it. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { config, DEFAULT_TIMEOUT_MILLIS } from "../src/index.ts"

const url = "http://whisper:8000/v1"
const read = (env: Readonly<Record<string, string>>) =>
  Effect.provideService(config, ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

describe("The configuration of the transcriber", () => {
  it.effect("needs a URL only", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({ TRANSCRIBER_URL: url, TRANSCRIBER_API_KEY: "", TRANSCRIBER_MODEL: "" }), {
        url,
        apiKey: null,
        model: "whisper-1",
        timeoutMillis: DEFAULT_TIMEOUT_MILLIS
      })
    })
  )

  it.effect("keeps the key out of sight", () =>
    Effect.gen(function* () {
      const options = yield* read({ TRANSCRIBER_URL: url, TRANSCRIBER_API_KEY: "canary", TRANSCRIBER_MODEL: "tiny" })
      assert.strictEqual(options.model, "tiny")
      assert.notInclude(JSON.stringify(options), "canary")
      assert.strictEqual(options.apiKey && Redacted.value(options.apiKey), "canary")
    })
  )

  it.effect.each([{}, { TRANSCRIBER_URL: "" }, { TRANSCRIBER_URL: "canary" }])("is refused by name: %o", (env) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(env))
      assert.include(error.message, "TRANSCRIBER_URL")
      assert.notInclude(error.message, "canary")
    })
  )
})
