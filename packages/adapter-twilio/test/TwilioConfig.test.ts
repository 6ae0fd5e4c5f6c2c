/** The configuration names what is missing or malformed, and never quotes it. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { config } from "../src/index.ts"

const environment = {
  TWILIO_ACCOUNT_SID: `AC${"0a".repeat(16)}`,
  TWILIO_AUTH_TOKEN: "canary-first, canary-second",
  PUBLIC_URL: "https://clinic.example.com"
}

const read = (change: Readonly<Record<string, string>>) =>
  Effect.provideService(
    config,
    ConfigProvider.ConfigProvider,
    ConfigProvider.fromEnv({ env: { ...environment, ...change } })
  )

describe("The configuration of Twilio", () => {
  it.effect("takes several auth tokens, and empty variables for unset ones", () =>
    Effect.gen(function* () {
      const options = yield* read({ TWILIO_API_KEY_SID: "", TWILIO_BASE_URL: "" })
      assert.deepStrictEqual(options.authTokens.map(Redacted.value), ["canary-first", "canary-second"])
      assert.deepInclude(options, { apiKey: null, baseUrl: null, messagingServiceSid: null })
    })
  )

  const wrong = [
    [{ TWILIO_ACCOUNT_SID: "" }, "TWILIO_ACCOUNT_SID"],
    [{ TWILIO_ACCOUNT_SID: "SK1" }, "TWILIO_ACCOUNT_SID"],
    [{ TWILIO_AUTH_TOKEN: "canary," }, "TWILIO_AUTH_TOKEN"],
    [{ TWILIO_API_KEY_SID: `SK${"1b".repeat(16)}` }, "TWILIO_API_KEY_SECRET"],
    [{ TWILIO_API_KEY_SECRET: "canary" }, "TWILIO_API_KEY_SID"],
    [{ TWILIO_MESSAGING_SERVICE_SID: "MG1" }, "TWILIO_MESSAGING_SERVICE_SID"],
    [{ TWILIO_BASE_URL: "twilio.com" }, "TWILIO_BASE_URL"],
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
