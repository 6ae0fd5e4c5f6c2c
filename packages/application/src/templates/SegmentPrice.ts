/** What a segment to a phone in the tenant's country costs, by the host's price list; `null` where that has no line. */
import { type Tenant, Prices } from "@careline/domain"
import { TelephonyProviders } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { TextPrices } from "../shared/TextPrices.ts"
import { regionOf } from "../threads/LoadThread.ts"

export interface SegmentPrice {
  /** ISO 4217. */
  readonly currency: string
  /** In millionths of the currency's unit. */
  readonly micros: number
}

export const segmentPrice = Effect.fnUntraced(function* (tenant: Tenant) {
  const prices = yield* TextPrices
  if (prices.length === 0) return null
  const { active } = yield* TelephonyProviders.TelephonyProviders
  const on = DateTime.formatIsoDateUtc(yield* DateTime.now)
  const country = yield* regionOf(tenant)
  const found = Prices.find(prices, { provider: active.provider, country, direction: "outbound", on })
  const price: SegmentPrice | null =
    found === null ? null : { currency: found.currency, micros: found.microsPerSegment }
  return price
})
