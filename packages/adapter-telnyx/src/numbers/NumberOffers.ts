/** Decodes Telnyx's offers of numbers. Source: developers.telnyx.com/api-reference/phone-number-search. */
import { PhoneNumber } from "@careline/domain"
import { OfferedNumbers } from "@careline/adapter-kit"
import { type Numbers } from "@careline/ports"

/** What is looked at of an offer. Telnyx may leave any of it out. */
export interface Offer {
  readonly phone_number?: string
  readonly features?: ReadonlyArray<{ readonly name?: string }> | null
  readonly region_information?: ReadonlyArray<{ readonly region_type?: string; readonly region_name?: string }> | null
  readonly cost_information?: { readonly monthly_cost?: string; readonly currency?: string } | null
}

const KNOWN: ReadonlyArray<Numbers.NumberFeature> = ["sms", "mms", "voice"]

const regionOf = ({ region_information: regions }: Offer, ...types: ReadonlyArray<string>): string | null =>
  types.flatMap((type) => regions?.find(({ region_type: of }) => of === type)?.region_name ?? [])[0] ?? null

const AMOUNT = /^\d{1,6}(\.\d{1,6})?$/
const CURRENCY = /^[A-Z]{3}$/

const priceOf = ({ cost_information: cost }: Offer): Numbers.Price | null => {
  const { currency = "", monthly_cost: amount = "" } = cost ?? {}
  return AMOUNT.test(amount) && CURRENCY.test(currency) ? { amount, currency } : null
}

const toOffer = (offer: Offer): ReadonlyArray<Numbers.OfferedNumber> => {
  const { features, phone_number: number = "" } = offer
  if (!PhoneNumber.isE164(number)) return []
  const names = new Set((features ?? []).map(({ name }) => name))
  return [
    {
      number: number as PhoneNumber.E164,
      features: KNOWN.filter((feature) => names.has(feature)),
      locality: regionOf(offer, "location", "rate_center"),
      region: regionOf(offer, "state"),
      monthlyPrice: priceOf(offer)
    }
  ]
}

/** More than is wanted, where something is looked for in the answer. */
const SEARCHED = 100

/**
 * The query in Telnyx's words. Of the features the SDK writes several behind commas, where Telnyx wants the parameter
 * repeated, and it repeats none: the first is asked for, and the others are looked for in the answer. Digits are looked for
 * there too: beside an area code Telnyx looks only behind it.
 */
export const searchOf = ({ areaCode, contains, country, features, limit, locality }: Numbers.NumberQuery) => {
  const [first, ...others] = features
  const isWhole = others.length === 0 && (contains === null || areaCode === null)
  return {
    filter: {
      country_code: country,
      phone_number_type: "local" as const,
      limit: isWhole ? limit : Math.max(limit, SEARCHED),
      ...(areaCode === null ? {} : { national_destination_code: areaCode }),
      ...(locality === null ? {} : { locality }),
      ...(contains === null || areaCode !== null ? {} : { phone_number: { contains } })
    },
    ...(first === undefined ? {} : { "filter[features][]": first })
  }
}

/** What is offered and wanted. */
export const wanted = (
  query: Numbers.NumberQuery,
  offers: ReadonlyArray<Offer>
): ReadonlyArray<Numbers.OfferedNumber> => OfferedNumbers.wanted(query, offers.flatMap(toOffer))
