/**
 * Which of our numbers a text leaves from, once it is known which provider carries it. A provider sends only from numbers
 * that it owns, and a tenant only from its own.
 */
import { Array, DateTime, Order } from "effect"
import type { Tenant } from "../shared/Ids.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import { canText, type TenantNumber } from "../contacts/InventoryNumber.ts"

export type Route =
  | { readonly _tag: "From"; readonly number: E164 }
  /** The provider owns no number of this tenant. */
  | { readonly _tag: "NoNumber" }

export interface RouteRequest {
  readonly tenant: Tenant
  readonly provider: string
  /** Whether that is the active provider, which carries every number that is nobody else's. */
  readonly isActive: boolean
  /** The number that the contact knows. */
  readonly own: E164
  /** Our numbers, as far as they are known: that one, and those that the provider carries. */
  readonly numbers: ReadonlyArray<TenantNumber>
}

const byAge = Order.mapInput(DateTime.Order, ({ createdAt }: TenantNumber) => createdAt)

/** The number that the contact knows if the provider carries it, else the oldest of the tenant's that it carries. */
export const decide = ({ isActive, numbers, own, provider, tenant }: RouteRequest): Route => {
  const isCarried = (carrier: string | null) => carrier === provider || (isActive && carrier === null)
  if (isCarried(numbers.find(({ number }) => number === own)?.provider ?? null)) return { _tag: "From", number: own }
  const [oldest] = Array.sort(
    numbers.filter((number) => isCarried(number.provider) && number.siteGroupingId === tenant && canText(number)),
    byAge
  )
  return oldest === undefined ? { _tag: "NoNumber" } : { _tag: "From", number: oldest.number }
}
