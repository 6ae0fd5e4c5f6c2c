/** The configuration names what is missing or malformed, and never quotes it. */
import { newTelnyxKey } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { config } from "../src/index.ts"

const [first, second] = [newTelnyxKey().publicKey, newTelnyxKey().publicKey]

const environment = {
  TELNYX_API_KEY: "KEYcanary",
  TELNYX_PUBLIC_KEY: `${first}, ${second}`,
  TELNYX_MESSAGING_PROFILE_ID: "740572b6-099c-44a1-89b9-6c92163bc68d",
  PUBLIC_URL: "https://clinic.example.com"
}

const read = (change: Readonly<Record<string, string>>) =>
  Effect.provideService(
    config,
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({ env: { ...environment, ...change } })
  )

describe("The configuration of Telnyx", () => {
  it.effect("takes several public keys, and empty variables for unset ones", () =>
    Effect.gen(function* () {
      const options = yield* read({ TELNYX_CONNECTION_ID: "", TELNYX_ACCOUNT_SID: "", TELNYX_BASE_URL: "" })
      assert.deepStrictEqual(options.publicKeys, [first, second])
      assert.strictEqual(Redacted.value(options.apiKey), "KEYcanary")
      assert.deepInclude(options, { connectionId: null, accountSid: null, baseUrl: null })
    })
  )

  it.effect("knows the voice application and another base URL", () =>
    Effect.gen(function* () {
      const accountSid = "cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b"
      const options = yield* read({
        TELNYX_CONNECTION_ID: "2811",
        TELNYX_ACCOUNT_SID: accountSid,
        TELNYX_BASE_URL: "http://127.0.0.1:1/v2"
      })
      assert.deepInclude(options, { connectionId: "2811", accountSid, baseUrl: "http://127.0.0.1:1/v2" })
    })
  )

  const wrong = [
    [{ TELNYX_API_KEY: "" }, "TELNYX_API_KEY"],
    [{ TELNYX_PUBLIC_KEY: "" }, "TELNYX_PUBLIC_KEY"],
    [{ TELNYX_PUBLIC_KEY: `${first},canary` }, "TELNYX_PUBLIC_KEY"],
    [{ TELNYX_MESSAGING_PROFILE_ID: "canary" }, "TELNYX_MESSAGING_PROFILE_ID"],
    [{ TELNYX_CONNECTION_ID: "canary" }, "TELNYX_CONNECTION_ID"],
    [{ TELNYX_ACCOUNT_SID: "canary" }, "TELNYX_ACCOUNT_SID"],
    [{ TELNYX_BASE_URL: "telnyx.com" }, "TELNYX_BASE_URL"],
    [{ PUBLIC_URL: "clinic" }, "PUBLIC_URL"]
  ] as const
  it.effect.each(wrong)("is refused with the variable's name: %o", ([change, variable]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(change))
      assert.include(error.message, variable)
      assert.notInclude(error.message, "canary")
    })
  )
})
