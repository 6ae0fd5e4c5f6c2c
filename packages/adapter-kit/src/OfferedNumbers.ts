/** Filters offered numbers by what a provider's own search cannot. */
import type { Numbers } from "@careline/ports"
import { InventoryNumber } from "@careline/domain"

/** The criteria that a query names. */
export const criteriaOf = ({
  areaCode,
  contains,
  features,
  locality
}: Numbers.NumberQuery): ReadonlyArray<Numbers.SearchCriterion> => [
  ...(areaCode === null ? [] : (["area_code"] as const)),
  ...(locality === null ? [] : (["locality"] as const)),
  ...(contains === null ? [] : (["contains"] as const)),
  ...(features.length === 0 ? [] : (["features"] as const))
]

const isWanted =
  (query: Numbers.NumberQuery) =>
  ({ features, locality, number }: Numbers.OfferedNumber): boolean =>
    (query.areaCode === null || InventoryNumber.areaCodeOf(number) === query.areaCode) &&
    (query.contains === null || number.includes(query.contains)) &&
    (query.locality === null || locality?.toLowerCase() === query.locality.toLowerCase()) &&
    query.features.every((feature) => features.includes(feature))

/** Those that are all that the query says, each once, up to its limit. */
export const wanted = (
  query: Numbers.NumberQuery,
  offers: ReadonlyArray<Numbers.OfferedNumber>
): ReadonlyArray<Numbers.OfferedNumber> => {
  const once = new Map(offers.map((offer) => [offer.number as string, offer]))
  return [...once.values()].filter(isWanted(query)).slice(0, query.limit)
}
