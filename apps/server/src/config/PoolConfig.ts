/**
 * What a host buys for the pool, from the environment. Nothing unless `POOL_MIN` is above 0, and then not without a budget: no
 * host buys by surprise.
 */
import { InventoryNumber } from "@careline/domain"
import { Effect, Option, Schema } from "effect"
import { read, readWhole, refuse } from "./Environment.ts"
import * as Providers from "./Providers.ts"

export interface PoolConfig {
  readonly min: number
  /** `null`: as many as the application buys by itself. */
  readonly batch: number | null
  readonly max: number | null
  /** What the numbers that are bought anew in a calendar month may cost each month, beside those of earlier months. */
  readonly monthlyBudget: InventoryNumber.MonthlyPrice
  /** What a number costs each month where its provider does not say; `null`: such a number is not bought. */
  readonly numberPrice: InventoryNumber.MonthlyPrice | null
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

const NUMBERS = { minimum: 0, maximum: 10_000 }
const SOME = { ...NUMBERS, minimum: 1 }
const DEFAULT_COUNTRY = "US"

const decodePrice = Schema.decodeUnknownOption(InventoryNumber.MonthlyPrice)

/** Money as `50 USD`. */
const readMoney = Effect.fnUntraced(function* (variable: string) {
  const text = yield* read(variable)
  if (text === null) return null
  const [amount, currency] = text.trim().split(/\s+/)
  const price = Option.getOrNull(decodePrice({ amount, currency }))
  return price ?? (yield* refuse(variable, "must be an amount and a currency: 50 USD"))
})

/** What is bought at this provider. What could never be bought is refused: who waits for a number would wait for ever. */
export const readPool = Effect.fnUntraced(function* (provider: Providers.ProviderName) {
  const min = (yield* readWhole("POOL_MIN", NUMBERS)) ?? 0
  const batch = yield* readWhole("POOL_BATCH", SOME)
  const max = yield* readWhole("POOL_MAX", SOME)
  const monthlyBudget = yield* readMoney("POOL_MONTHLY_BUDGET")
  const numberPrice = yield* readMoney("POOL_NUMBER_PRICE")
  const country = (yield* read("POOL_COUNTRY")) ?? DEFAULT_COUNTRY
  if (min === 0) return null
  if (monthlyBudget === null) return yield* refuse("POOL_MONTHLY_BUDGET", "must be set where POOL_MIN is: 50 USD")
  if (numberPrice !== null && numberPrice.currency !== monthlyBudget.currency) {
    return yield* refuse("POOL_NUMBER_PRICE", "must be in the currency of POOL_MONTHLY_BUDGET")
  }
  if (!/^[A-Z]{2}$/.test(country)) return yield* refuse("POOL_COUNTRY", "must be a country, such as US")
  if (max !== null && max < min) return yield* refuse("POOL_MAX", "must not be below POOL_MIN")
  if (numberPrice === null && !(yield* Providers.namesPrices(provider))) {
    return yield* refuse(
      "POOL_NUMBER_PRICE",
      `must be set where POOL_MIN is: ${provider} does not say what numbers cost`
    )
  }
  return { min, batch, max, monthlyBudget, numberPrice, country } satisfies PoolConfig
})
