/** What texts cost, from the environment: the price list that the cost of texts is counted by. */
import { Prices } from "@careline/domain"
import { Effect, Schema } from "effect"
import { read, refuse } from "./Environment.ts"

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(Prices.Price)), {
  onExcessProperty: "error"
})

const SHAPE =
  "must be a JSON list of {provider, country, direction, currency, microsPerSegment, microsPerMms, validFrom}, such as " +
  '[{"provider":"twilio","country":"US","direction":"outbound","currency":"USD","microsPerSegment":8300,"microsPerMms":22000,"validFrom":"2026-01-01"}]'

/** The price list; empty where none is given. */
export const readTextPrices = Effect.gen(function* () {
  const text = yield* read("TEXT_PRICES")
  if (text === null) return []
  return yield* Effect.mapError(decode(text), () => refuse("TEXT_PRICES", SHAPE))
})
