/** A tenant on record. What it has is kept when it is deactivated, but nobody works in it and nothing leaves it any more. */
import { Schema } from "effect"
import { SiteGroupingId } from "../shared/Ids.ts"

export const MAX_NAME_LENGTH = 200

export const SiteGrouping = Schema.Struct({
  id: SiteGroupingId,
  /** `null` for one that is known by its id only, because something of it came first. */
  name: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_NAME_LENGTH))),
  createdAt: Schema.DateTimeUtc,
  /** Since when it has been deactivated. */
  deactivatedAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type SiteGrouping = typeof SiteGrouping.Type
