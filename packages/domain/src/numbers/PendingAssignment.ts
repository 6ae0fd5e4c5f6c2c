/** A tenant waits for a number that the pool does not have: ordering → assigned | cancelled. */
import { type DateTime, Schema } from "effect"
import { PendingAssignmentId, PhoneNumberId, Tenant } from "../shared/Ids.ts"
import {
  areaCodeOf,
  type InventoryNumber,
  NumberPurpose,
  purposesFor,
  type TenantNumber
} from "../contacts/InventoryNumber.ts"

/**
 * What keeps a number from being ordered, as far as the last look at what is on offer can tell.
 *
 * - `no_offers`: none of that area code is on offer. `provider_unavailable`: the provider did not answer.
 * - `over_budget`: what may be spent this month is spent.
 * - `no_price`, `currency`: nobody says what a number costs, or only in another currency than the budget's.
 * - `orders_failing`: so many orders failed, or our account was refused, that nothing is bought for a while.
 */
export const PendingReason = Schema.Literals([
  "no_offers",
  "provider_unavailable",
  "over_budget",
  "no_price",
  "currency",
  "orders_failing"
])
export type PendingReason = typeof PendingReason.Type

export const PendingState = Schema.Literals(["ordering", "assigned", "cancelled"])

export const PendingAssignment = Schema.Struct({
  id: PendingAssignmentId,
  siteGroupingId: Tenant,
  /** Three digits of the North American Numbering Plan; `null`: any. */
  areaCode: Schema.NullOr(Schema.String),
  purpose: NumberPurpose,
  /** Of the request, under which the number is assigned once it is there; `null` where none is given. */
  key: Schema.NullOr(Schema.String),
  requestedAt: Schema.DateTimeUtc,
  state: PendingState,
  /** Why nothing is ordered while it is `ordering`; `null`: it is ordered, or nobody has looked yet. */
  reason: Schema.NullOr(PendingReason),
  /** The number that met it; `null` also where that one is not on record any more. */
  phoneNumberId: Schema.NullOr(PhoneNumberId)
})
export type PendingAssignment = typeof PendingAssignment.Type

/** A wait that begins. */
export const begin = (
  asked: Pick<PendingAssignment, "areaCode" | "id" | "key" | "siteGroupingId"> &
    Partial<Pick<PendingAssignment, "purpose">>,
  requestedAt: DateTime.Utc
): PendingAssignment => ({
  purpose: "both",
  ...asked,
  requestedAt,
  state: "ordering",
  reason: null,
  phoneNumberId: null
})

/** Whether the number is one that it waits for. */
export const isServedBy = (
  { areaCode, purpose: wanted }: Pick<PendingAssignment, "areaCode" | "purpose">,
  { number, purpose = "both" }: Pick<TenantNumber, "number" | "purpose">
): boolean => purposesFor(wanted).includes(purpose) && (areaCode === null || areaCode === areaCodeOf(number))

/** The tenant has this number. */
export const meet = (pending: PendingAssignment, { id }: Pick<InventoryNumber, "id">): PendingAssignment => ({
  ...pending,
  state: "assigned",
  reason: null,
  phoneNumberId: id
})

/** The tenant waits no more. */
export const cancel = (pending: PendingAssignment): PendingAssignment => ({
  ...pending,
  state: "cancelled",
  reason: null
})
