/**
 * A pool number is taken out of service.
 *
 * While threads answer from it another number has to take its place, so that nobody is left without one: of the same site
 * grouping, in service, and not itself. The threads follow it, and so does what binds them: consent is the contact's, whichever
 * number it was given on.
 */
import { type DateTime, Result, Schema } from "effect"
import type { PhoneNumberId } from "../shared/Ids.ts"
import { canText, type TenantNumber } from "../contacts/InventoryNumber.ts"
import type { Thread } from "../threads/Thread.ts"

/** The number is in use, and nothing was named to take its place. */
export class ReplacementNeeded extends Schema.TaggedError<ReplacementNeeded>()("ReplacementNeeded", {
  /** Threads that answer from it. */
  threads: Schema.Int
}) {
  override get message(): string {
    return `${this.threads} threads answer from the number: name another one for them`
  }
}

export const RefusalReason = Schema.Literals(["same_number", "other_site_grouping", "suspended", "voice_only"])
export type RefusalReason = typeof RefusalReason.Type

/** The number that was named cannot take its place. */
export class ReplacementRefused extends Schema.TaggedError<ReplacementRefused>()("ReplacementRefused", {
  reason: RefusalReason
}) {
  override get message(): string {
    switch (this.reason) {
      case "same_number":
        return "A number cannot take its own place"
      case "other_site_grouping":
        return "The number is not of the same site grouping"
      case "suspended":
        return "The number is not in service"
      case "voice_only":
        return "The number is not texted from"
    }
  }
}

const refusalOf = (number: TenantNumber, replacement: TenantNumber): RefusalReason | null => {
  if (replacement.id === number.id) return "same_number"
  if (replacement.siteGroupingId !== number.siteGroupingId) return "other_site_grouping"
  if (replacement.status !== "assigned") return "suspended"
  return canText(replacement) || number.purpose === "voice" ? null : "voice_only"
}

/**
 * The number that takes the place of one that `threads` threads answer from; `null` where none is needed or named. Deleted
 * threads count as well: a new text reopens them with their number.
 */
export const decide = (
  number: TenantNumber,
  threads: number,
  replacement: TenantNumber | null
): Result.Result<TenantNumber | null, ReplacementNeeded | ReplacementRefused> => {
  if (replacement === null) {
    return threads === 0 ? Result.succeed(null) : Result.fail(new ReplacementNeeded({ threads }))
  }
  const reason = refusalOf(number, replacement)
  return reason === null ? Result.succeed(replacement) : Result.fail(new ReplacementRefused({ reason }))
}

/** A thread after the replacement: wherever it knew the old number it knows the new one. */
export const follow = (
  thread: Thread,
  number: TenantNumber,
  replacement: TenantNumber | null,
  now: DateTime.Utc
): Thread => {
  const after = (id: PhoneNumberId | null): PhoneNumberId | null => (id === number.id ? (replacement?.id ?? null) : id)
  const phoneNumberId = after(thread.phoneNumberId)
  const lastContactedNumberId = after(thread.lastContactedNumberId)
  const isSame = phoneNumberId === thread.phoneNumberId && lastContactedNumberId === thread.lastContactedNumberId
  return isSame ? thread : { ...thread, phoneNumberId, lastContactedNumberId, updatedAt: now }
}
