/** What texts cost, as data: a table that the operator keeps, and the sum for a text. Careline ships no prices of its own. */
import { Schema } from "effect"
import * as Segments from "./Segments.ts"

const Micros = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** One line of a provider's price list. Money in millionths of the currency's unit, so that sums stay whole. */
export const Price = Schema.Struct({
  provider: Schema.String,
  /** ISO 3166-1 alpha-2 of the recipient. */
  country: Schema.String.check(Schema.isPattern(/^[A-Z]{2}$/)),
  direction: Schema.Literals(["inbound", "outbound"]),
  /** ISO 4217. */
  currency: Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/)),
  microsPerSegment: Micros,
  microsPerMms: Schema.NullOr(Micros),
  /** The day from which it holds, `YYYY-MM-DD`. */
  validFrom: Schema.String.check(Schema.isPattern(/^\d{4}-\d{2}-\d{2}$/))
})
export type Price = typeof Price.Type

/** The line that holds on a day: the latest that began by then. `null` when the table has none. */
export const find = (
  table: ReadonlyArray<Price>,
  query: Pick<Price, "provider" | "country" | "direction"> & { readonly on: string }
): Price | null =>
  table
    .filter(
      (price) =>
        price.provider === query.provider &&
        price.country === query.country &&
        price.direction === query.direction &&
        price.validFrom <= query.on
    )
    .reduce<Price | null>(
      (latest, price) => (latest === null || price.validFrom > latest.validFrom ? price : latest),
      null
    )

/** The cost of one text, in millionths of the price's currency. `null` for media where the price has none. */
export const cost = (price: Price, text: string, mediaCount: number): number | null =>
  mediaCount > 0 ? price.microsPerMms : Segments.count(text).segments * price.microsPerSegment
