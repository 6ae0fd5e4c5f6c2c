/**
 * Which of our numbers a text leaves from, once it is known which provider carries it. A provider sends only from numbers
 * that it owns, and a tenant only from its own.
 */
import type { Tenant } from "./Ids.ts"
import type { E164 } from "./PhoneNumber.ts"
import type { PoolNumber } from "./PoolNumber.ts"

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
  /** Our numbers, as far as they are known: that one, and those that the provider owns, oldest first. */
  readonly numbers: ReadonlyArray<PoolNumber>
}

/** The number that the contact knows if the provider carries it, else the tenant's oldest that it owns. */
export const decide = ({ isActive, numbers, own, provider, tenant }: RouteRequest): Route => {
  const carrier = numbers.find(({ number }) => number === own)?.provider ?? null
  if (carrier === provider || (isActive && carrier === null)) return { _tag: "From", number: own }
  const other = numbers.find(
    (number) => number.provider === provider && number.siteGroupingId === tenant && number.status === "assigned"
  )
  return other === undefined ? { _tag: "NoNumber" } : { _tag: "From", number: other.number }
}
