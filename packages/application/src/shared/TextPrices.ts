/** The price list by which texts are priced, for the metrics and in previews. Empty unless a host has one: then every text counts as unpriced. */
import type { Prices } from "@careline/domain"
import { Context } from "effect"

export const TextPrices: Context.Reference<ReadonlyArray<Prices.Price>> = Context.Reference(
  "careline/application/TextPrices",
  { defaultValue: (): ReadonlyArray<Prices.Price> => [] }
)
