/**
 * A number that we are buying: wanted → ordering → ordered → bought → done | failed. Nobody's purchase is idempotent, so
 * `ordering` is on record before the provider is asked, and is left only by what the provider says of the order. One that we give
 * back goes the same way: wanted → ordering → done | failed.
 */
import { Schema } from "effect"
import { PhoneNumberId, Tenant } from "../shared/Ids.ts"
import { InventoryNumber, MonthlyPrice, NumberPurpose } from "../contacts/InventoryNumber.ts"

/**
 * - `wanted`: the provider has not been asked, or said that it took nothing.
 * - `ordering`: it has been asked, and nobody knows what came of it.
 * - `ordered`: it took the order, and carries it out later.
 * - `bought`: it is ours, and not yet led to us.
 * - `done`: it is in the inventory, or ours no more. `failed`: it was not sold to us, or not taken back.
 */
export const NumberOrderState = Schema.Literals(["wanted", "ordering", "ordered", "bought", "done", "failed"])
export type NumberOrderState = typeof NumberOrderState.Type

/**
 * Why it was not sold, or not taken back. `gave_up`: the provider could not be reached, or took nothing, too often. `cancelled`:
 * somebody took it back before the provider was asked.
 */
export const NumberOrderFailure = Schema.Literals([
  "not_available",
  "requirements",
  "account",
  "other",
  "gave_up",
  "cancelled"
])
export type NumberOrderFailure = typeof NumberOrderFailure.Type

export const NumberOrder = Schema.Struct({
  /** Our reference at the provider, and the number's id once it is ours; of a release a reference of its own. */
  id: PhoneNumberId,
  kind: Schema.Literals(["purchase", "release"]),
  number: InventoryNumber.fields.number,
  purpose: NumberPurpose,
  provider: Schema.NonEmptyString,
  /** What it costs each month, at most; `null` of a release where nobody says. */
  price: Schema.NullOr(MonthlyPrice),
  /** The tenant that waits for it; `null`: it is for the pool. */
  wantedBy: Schema.NullOr(Schema.Struct({ siteGroupingId: Tenant })),
  state: NumberOrderState,
  providerSid: Schema.NullOr(Schema.String),
  /** In a row, of the state that it is in. */
  failures: Schema.Int,
  /** When the provider was last asked, in a try that may have arrived; `null`: there was none. */
  startedAt: Schema.NullOr(Schema.DateTimeUtc),
  /** Why it failed; of one that is `ordering`, why the provider refused it anew that may have sold it to us before. */
  failedBecause: Schema.NullOr(NumberOrderFailure)
})
export type NumberOrder = typeof NumberOrder.Type

/** Whether it is over, one way or the other. */
export const isOver = ({ state }: Pick<NumberOrder, "state">): boolean => state === "done" || state === "failed"
