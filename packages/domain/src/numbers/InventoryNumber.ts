/**
 * A number that we own, over its whole life: in a tenant's hands, or in nobody's.
 *
 * What a tenant has is a `PoolNumber`; a number in nobody's hands is none, so that whatever looks for a tenant's numbers cannot
 * come upon it.
 */
import { DateTime, Schema } from "effect"
import { PhoneNumberId, Tenant } from "../shared/Ids.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import { PoolNumber } from "../contacts/PoolNumber.ts"

/**
 * - `available`: waits in the pool for a tenant.
 * - `assigned`: a tenant's. `suspended`: a tenant's, out of service.
 * - `replaced`: a tenant's still. Another number answers in its place, until the contacts have got used to that.
 * - `quarantined`: nobody's, until whom it used to reach have stopped trying.
 * - `retired`: nobody's for good: too many still try.
 */
export const NumberStatus = Schema.Literals([
  "available",
  "assigned",
  "suspended",
  "replaced",
  "quarantined",
  "retired"
])
export type NumberStatus = typeof NumberStatus.Type

/** What the provider charges for a number each month: a decimal in the currency's main unit, ISO 4217. */
export const MonthlyPrice = Schema.Struct({
  amount: Schema.String.check(Schema.isPattern(/^\d{1,8}(\.\d{1,4})?$/)),
  currency: Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/))
})
export type MonthlyPrice = typeof MonthlyPrice.Type

const { id, label, number, provider, providerSid } = PoolNumber.fields

export const InventoryNumber = Schema.Struct({
  id,
  number,
  label,
  providerSid,
  provider,
  /** Whose it is; `null`: nobody's. A tenant may be the system-wide space, which is `null` itself. */
  holder: Schema.NullOr(Schema.Struct({ siteGroupingId: Tenant })),
  status: NumberStatus,
  /** Since when it has been in this status. */
  statusSince: Schema.DateTimeUtc,
  /** Since when its holder has had it; of no meaning in nobody's hands. What came before is not the holder's. */
  heldSince: Schema.DateTimeUtc,
  /** When we got it from the provider. */
  acquiredAt: Schema.DateTimeUtc,
  /** When being replaced or quarantined ends; `null` in any other status. */
  endsAt: Schema.NullOr(Schema.DateTimeUtc),
  /** The number that answers in its place while it is replaced. */
  replacedBy: Schema.NullOr(PhoneNumberId),
  /** Whether its holder texts from it first. At most one of a tenant's. */
  isDefault: Schema.Boolean,
  /** How many contacts texted or called it while it was nobody's. */
  unroutedInbound: Schema.Int,
  monthlyPrice: Schema.NullOr(MonthlyPrice),
  /** What the assignment was asked for under, so that the same request gets the same number again. */
  assignmentKey: Schema.NullOr(Schema.String)
})
export type InventoryNumber = typeof InventoryNumber.Type

/** The number as its holder has it; `null` where it has none. */
export const held = (number: InventoryNumber): PoolNumber | null => {
  const { holder, status } = number
  if (holder === null || status === "available" || status === "quarantined" || status === "retired") return null
  return {
    id: number.id,
    siteGroupingId: holder.siteGroupingId,
    number: number.number,
    label: number.label,
    providerSid: number.providerSid,
    provider: number.provider,
    status,
    createdAt: number.heldSince
  }
}

/** A tenant's number as the inventory knows it when it is entered by hand. */
export const entered = (given: PoolNumber): InventoryNumber => ({
  id: given.id,
  number: given.number,
  label: given.label,
  providerSid: given.providerSid,
  provider: given.provider,
  holder: { siteGroupingId: given.siteGroupingId },
  status: given.status,
  statusSince: given.createdAt,
  heldSince: given.createdAt,
  acquiredAt: given.createdAt,
  endsAt: null,
  replacedBy: null,
  isDefault: false,
  unroutedInbound: 0,
  monthlyPrice: null,
  assignmentKey: null
})

/** An area code of the North American Numbering Plan. N11 is a service, such as 911. */
export const AREA_CODE = /^[2-9](?!11)\d{2}$/

const NANP = /^\+1([2-9]\d{2})[2-9]\d{6}$/

/** The area code of a number of the North American Numbering Plan; `null` for any other. */
export const areaCodeOf = (digits: E164): string | null => NANP.exec(digits)?.[1] ?? null

/** Whether what it is in has come to its end. */
export const hasEnded = ({ endsAt }: Pick<InventoryNumber, "endsAt">, now: DateTime.Utc): boolean =>
  endsAt !== null && DateTime.isLessThanOrEqualTo(endsAt, now)
