/** What numbers cost, as data: a table that the operator keeps, for providers whose offers name no price. */
import { Schema } from "effect"
import { MonthlyPrice } from "../contacts/InventoryNumber.ts"

/** One line of a provider's price list. */
export const NumberPrice = Schema.Struct({
  provider: Schema.String,
  /** ISO 3166-1 alpha-2 of the number. */
  country: Schema.String,
  /** Each month. */
  price: MonthlyPrice,
  /** The day from which it holds, `YYYY-MM-DD`. */
  validFrom: Schema.String
})
export type NumberPrice = typeof NumberPrice.Type

/** The price that holds on a day: the latest that began by then. `null` when the table has none. */
export const find = (
  table: ReadonlyArray<NumberPrice>,
  query: Pick<NumberPrice, "provider" | "country"> & { readonly on: string }
): MonthlyPrice | null =>
  table
    .filter(
      ({ country, provider, validFrom }) =>
        provider === query.provider && country === query.country && validFrom <= query.on
    )
    .toSorted((one, other) => (one.validFrom < other.validFrom ? 1 : -1))[0]?.price ?? null

const MICROS = 1_000_000

/** An amount in millionths of its currency, so that sums stay whole. */
export const toMicros = ({ amount }: Pick<MonthlyPrice, "amount">): number => Math.round(Number(amount) * MICROS)
