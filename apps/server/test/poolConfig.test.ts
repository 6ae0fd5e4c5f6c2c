/** What a host buys, from its environment: nothing by surprise. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import { hostConfig } from "../src/config/HostConfig.ts"

const read = (environment: Readonly<Record<string, string>>) =>
  Effect.provide(hostConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env: environment })))

describe("A host's pool", () => {
  it.effect("is bought for only where a minimum is set, and never without a budget", () =>
    Effect.gen(function* () {
      for (const environment of [{}, { POOL_MIN: "0", POOL_MONTHLY_BUDGET: "50 USD" }, { POOL_MAX: "10" }]) {
        assert.isNull((yield* read(environment)).pool)
      }
      const refused = yield* Effect.flip(read({ POOL_MIN: "5" }))
      assert.include(refused.message, "POOL_MONTHLY_BUDGET must be set")
      const { pool } = yield* read({
        POOL_MIN: "5",
        POOL_MAX: "20",
        POOL_MONTHLY_BUDGET: "50.50 USD",
        POOL_NUMBER_PRICE: "1.15 USD"
      })
      assert.deepStrictEqual(pool, {
        min: 5,
        batch: null,
        max: 20,
        monthlyBudget: { amount: "50.50", currency: "USD" },
        numberPrice: { amount: "1.15", currency: "USD" },
        country: "US"
      })
    })
  )

  it.effect("needs no price where the provider's offers name theirs", () =>
    Effect.gen(function* () {
      for (const provider of ["telnyx", "vonage"]) {
        const environment = {
          POOL_MIN: "5",
          POOL_MONTHLY_BUDGET: "50 USD",
          VOIP_PROVIDER: provider,
          VOIP_SANDBOX: "true"
        }
        assert.isNull((yield* read(environment)).pool?.numberPrice)
      }
    })
  )

  it.effect("names what is wrong, and does not quote it", () =>
    Effect.gen(function* () {
      const money = { POOL_MIN: "5", POOL_MONTHLY_BUDGET: "50 USD" }
      const cases = [
        [{ POOL_MIN: "-1" }, "POOL_MIN"],
        [{ POOL_MIN: "5", POOL_MONTHLY_BUDGET: "canary" }, "POOL_MONTHLY_BUDGET"],
        [{ ...money, POOL_MAX: "4" }, "POOL_MAX"],
        [money, "POOL_NUMBER_PRICE"],
        [{ ...money, VOIP_PROVIDER: "sandbox" }, "POOL_NUMBER_PRICE"],
        [{ ...money, POOL_NUMBER_PRICE: "1.15 EUR" }, "POOL_NUMBER_PRICE"],
        [{ QUARANTINE_DAYS: "29" }, "QUARANTINE_DAYS"],
        [{ QUARANTINE_DAYS: "91" }, "QUARANTINE_DAYS"],
        [{ RETIRE_AFTER: "0" }, "RETIRE_AFTER"]
      ] as const
      for (const [environment, variable] of cases) {
        const { message } = yield* Effect.flip(read(environment))
        assert.include(message, variable)
        assert.notInclude(message, "canary")
      }
    })
  )
})
