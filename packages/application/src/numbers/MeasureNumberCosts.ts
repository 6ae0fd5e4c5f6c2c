/** Measures what each tenant's numbers cost a month, for the metrics of this host. */
import { type InventoryNumber, NumberPrices, PhoneNumber } from "@careline/domain"
import { NumberInventory } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { gaugeNumberCost, gaugeUnpricedNumbers, tenantLabel } from "../shared/Metrics.ts"
import { PoolBudget } from "./PoolBudget.ts"

/** Of one tenant's numbers: their cost in one currency, or how many nobody prices (`currency` is `null`). */
interface Cost {
  readonly tenant: string
  readonly currency: string | null
  readonly sum: number
}

/** The provider's price, or else the one of the operator's table. */
const priceOf = (
  { monthlyPrice, number, provider }: InventoryNumber.InventoryNumber,
  prices: ReadonlyArray<NumberPrices.NumberPrice>,
  on: string
): InventoryNumber.MonthlyPrice | null =>
  monthlyPrice ??
  NumberPrices.find(prices, { provider: provider ?? "", country: PhoneNumber.country(number) ?? "", on })

/** Numbers in nobody's hands are no tenant's cost. */
const costsOf = (
  numbers: ReadonlyArray<InventoryNumber.InventoryNumber>,
  prices: ReadonlyArray<NumberPrices.NumberPrice>,
  on: string
): ReadonlyMap<string, Cost> => {
  const costs = new Map<string, Cost>()
  for (const number of numbers) {
    if (number.holder === null) continue
    const tenant = tenantLabel(number.holder.siteGroupingId)
    const price = priceOf(number, prices, on)
    const currency = price?.currency ?? null
    const key = JSON.stringify([tenant, currency])
    const sum = (costs.get(key)?.sum ?? 0) + (price === null ? 1 : NumberPrices.toMicros(price))
    costs.set(key, { tenant, currency, sum })
  }
  return costs
}

/** Measures whenever it is run. What a tenant had when it ran before, and has no more, is 0. */
export const makeMeasureNumberCosts = () => {
  let before: ReadonlyMap<string, Cost> = new Map()
  return Effect.gen(function* () {
    const { prices } = yield* PoolBudget
    const on = DateTime.formatIsoDateUtc(yield* DateTime.now)
    const costs = costsOf(yield* (yield* NumberInventory).list("all"), prices, on)
    const gone = [...before].filter(([key]) => !costs.has(key)).map(([, cost]) => ({ ...cost, sum: 0 }))
    for (const { currency, sum, tenant } of [...gone, ...costs.values()]) {
      yield* currency === null ? gaugeUnpricedNumbers(tenant, sum) : gaugeNumberCost(tenant, currency, sum)
    }
    before = costs
    return costs.size
  }).pipe(Effect.withSpan("measureNumberCosts"), asSystem)
}
