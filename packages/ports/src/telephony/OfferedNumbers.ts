/** Which numbers of an offer are wanted: what a provider's own search leaves in, an adapter leaves out with this. */
import { InventoryNumber } from "@careline/domain"
import type { NumberQuery, OfferedNumber, SearchCriterion } from "./Numbers.ts"

/** The criteria that a query names. */
export const criteriaOf = ({ areaCode, contains, features, locality }: NumberQuery): ReadonlyArray<SearchCriterion> => [
  ...(areaCode === null ? [] : (["area_code"] as const)),
  ...(locality === null ? [] : (["locality"] as const)),
  ...(contains === null ? [] : (["contains"] as const)),
  ...(features.length === 0 ? [] : (["features"] as const))
]

const isWanted =
  (query: NumberQuery) =>
  ({ features, locality, number }: OfferedNumber): boolean =>
    (query.areaCode === null || InventoryNumber.areaCodeOf(number) === query.areaCode) &&
    (query.contains === null || number.includes(query.contains)) &&
    (query.locality === null || locality?.toLowerCase() === query.locality.toLowerCase()) &&
    query.features.every((feature) => features.includes(feature))

/** Those that are all that the query says, each once, up to its limit. */
export const wanted = (query: NumberQuery, offers: ReadonlyArray<OfferedNumber>): ReadonlyArray<OfferedNumber> => {
  const once = new Map(offers.map((offer) => [offer.number as string, offer]))
  return [...once.values()].filter(isWanted(query)).slice(0, query.limit)
}
