/** Decodes Vonage's offers of numbers. Source: developer.vonage.com/api/numbers, "Search available numbers". */
import { OfferedNumbers } from "@careline/adapter-kit"
import { type Numbers } from "@careline/ports"
import { Option, Predicate, Schema } from "effect"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"

const Offer = Schema.Struct({
  msisdn: Schema.Unknown,
  features: Schema.optionalKey(Schema.Unknown),
  cost: Schema.optionalKey(Schema.Unknown)
})
type Offer = typeof Offer.Type

/** An answer without hits is `{}`. */
const Offers = Schema.Struct({ numbers: Schema.optionalKey(Schema.Array(Offer)) })

/** `none` for an error, which Vonage also sends with a 200. */
export const decode = (answer: unknown): Option.Option<ReadonlyArray<Offer>> =>
  Predicate.hasProperty(answer, "error-code")
    ? Option.none()
    : Option.map(Schema.decodeUnknownOption(Offers)(answer), ({ numbers = [] }) => numbers)

const KNOWN: ReadonlyArray<Numbers.NumberFeature> = ["sms", "mms", "voice"]

export const featuresOf = (features: unknown): ReadonlyArray<Numbers.NumberFeature> => {
  const names = Array.isArray(features) ? features.map((name) => Field.textOf(name).toLowerCase()) : []
  return KNOWN.filter((feature) => names.includes(feature))
}

const AMOUNT = /^\d{1,6}(\.\d{1,6})?$/

/** All of Vonage's money is in euros (developer.vonage.com/messages/guides/pricing). */
const priceOf = (cost: unknown): Numbers.Price | null => {
  const amount = Field.textOf(cost)
  return AMOUNT.test(amount) ? { amount, currency: "EUR" } : null
}

const toOffer = ({ cost, features, msisdn }: Offer): ReadonlyArray<Numbers.OfferedNumber> => {
  const number = Digits.toE164(msisdn)
  if (number === null) return []
  // Where a number is, Vonage does not say.
  const nowhere = { locality: null, region: null }
  return [{ number, features: featuresOf(features), ...nowhere, monthlyPrice: priceOf(cost) }]
}

/** Vonage gives no longer page. */
const SEARCHED = 100

const STARTS_WITH = 0
const CONTAINS = 1

/** One pattern can be looked for: digits beside an area code are looked for in the answer. */
const patternOf = ({ areaCode, contains }: Numbers.NumberQuery) => {
  if (areaCode !== null) return { pattern: `1${areaCode}`, searchPattern: STARTS_WITH }
  return contains === null ? {} : { pattern: contains, searchPattern: CONTAINS }
}

/** The query in the SDK's words. */
export const searchOf = (query: Numbers.NumberQuery) => {
  const { areaCode, contains, country, features, limit } = query
  return {
    country,
    ...patternOf(query),
    ...(features.length === 0 ? {} : { features: features.map((feature) => feature.toUpperCase()) }),
    size: areaCode !== null && contains !== null ? SEARCHED : Math.min(limit, SEARCHED)
  }
}

/** What is offered and wanted. */
export const wanted = (
  query: Numbers.NumberQuery,
  offers: ReadonlyArray<Offer>
): ReadonlyArray<Numbers.OfferedNumber> => OfferedNumbers.wanted(query, offers.flatMap(toOffer))
