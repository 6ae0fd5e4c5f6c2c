/** The price list of texts, from the environment. */
import { assert, describe, it } from "@effect/vitest"
import type { Prices } from "@careline/domain"
import { ConfigProvider, Effect } from "effect"
import { hostConfig } from "../src/config/HostConfig.ts"

const read = (environment: Readonly<Record<string, string>>) =>
  Effect.provide(hostConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))

const price: Prices.Price = {
  provider: "twilio",
  country: "US",
  direction: "outbound",
  currency: "USD",
  microsPerSegment: 8300,
  microsPerMms: null,
  validFrom: "2026-01-01"
}

describe("A host's price list", () => {
  it.effect("is empty where none is given", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* read({})).textPrices, [])
      assert.deepStrictEqual((yield* read({ TEXT_PRICES: JSON.stringify([price]) })).textPrices, [price])
    })
  )

  it.effect("is refused where it is malformed, and not quoted", () =>
    Effect.gen(function* () {
      const changed = [{ currency: "canary" }, { microsPerSegment: 0.5 }, { validFrom: "today" }, { canary: 1 }]
      for (const text of ["canary", "{}", ...changed.map((change) => JSON.stringify([{ ...price, ...change }]))]) {
        const { message } = yield* Effect.flip(read({ TEXT_PRICES: text }))
        assert.match(message, /^TEXT_PRICES must be a JSON list/)
        assert.notInclude(message, "canary")
      }
    })
  )
})
