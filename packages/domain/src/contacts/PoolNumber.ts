/** A number that we own, in a tenant's pool or system-wide. */
import { Schema } from "effect"
import { PhoneNumberId, Tenant } from "../shared/Ids.ts"
import { E164 } from "./PhoneNumber.ts"

export const PoolNumber = Schema.Struct({
  id: PhoneNumberId,
  siteGroupingId: Tenant,
  number: E164,
  label: Schema.NullOr(Schema.String.check(Schema.isMaxLength(200))),
  /** The provider's own id of the number (`PN…` at Twilio). */
  providerSid: Schema.NullOr(Schema.String.check(Schema.isMaxLength(200))),
  /** The provider that carries the number; `null`: whichever is active. */
  provider: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  /** `replaced`: another number of the tenant answers in its place. Only what is `assigned` is texted from. */
  status: Schema.Literals(["assigned", "suspended", "replaced"]),
  /** Since when it has been the tenant's. */
  createdAt: Schema.DateTimeUtc
})
export type PoolNumber = typeof PoolNumber.Type
