/** The options from the environment. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import * as BandwidthConfig from "../src/BandwidthConfig.ts"

const complete = {
  BANDWIDTH_ACCOUNT_ID: "9900000",
  BANDWIDTH_APPLICATION_ID: "93de2206-9669-4e07-948d-329f4b722ee2",
  BANDWIDTH_USERNAME: "api",
  BANDWIDTH_PASSWORD: "correct-horse",
  BANDWIDTH_CALLBACK_CREDENTIALS: "careline:first, careline:second"
}

const load = (env: Record<string, string>) =>
  Effect.provideService(BandwidthConfig.load, ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env }))

describe("BandwidthConfig", () => {
  it.effect("reads two callback credentials while they are changed", () =>
    Effect.gen(function* () {
      const { accountId, baseUrl, callbackCredentials } = yield* load(complete)
      assert.deepStrictEqual(callbackCredentials.map(Redacted.value), ["careline:first", "careline:second"])
      assert.strictEqual(accountId, "9900000")
      assert.isUndefined(baseUrl)
    })
  )

  it.effect("names what is missing, and never a value", () =>
    Effect.gen(function* () {
      for (const variable of Object.keys(complete)) {
        const error = yield* Effect.flip(load({ ...complete, [variable]: "" }))
        assert.include(String(error), variable)
        assert.notInclude(String(error), "correct-horse")
      }
    })
  )
})
