/**
 * What we know after one try at handing a text to a provider.
 *
 * `Unknown` is never retried blindly and blocks failover: the text may be on its way already. It is reconciled instead.
 */
import { Schema } from "effect"
import { DeliveryStatus } from "../messages/DeliveryStatus.ts"

/** Why a text was refused for good, in words that all providers share. */
export const RejectionReason = Schema.Literals([
  "invalid_recipient",
  "recipient_opted_out",
  "not_text_capable",
  "sender_not_allowed",
  "content_rejected",
  "region_not_allowed",
  "unauthorised",
  "account_suspended",
  "account_refused",
  "other"
])
export type RejectionReason = typeof RejectionReason.Type

/**
 * Reasons that are of the whole account, whatever the text, its sender and its recipient: the credentials, the account itself,
 * its credit, or that it may send texts at all. The next text meets the same, so another provider has to carry it.
 */
const ACCOUNT_WIDE: ReadonlySet<RejectionReason> = new Set(["unauthorised", "account_suspended", "account_refused"])

export const isAccountWide = (reason: RejectionReason): boolean => ACCOUNT_WIDE.has(reason)

export const SendOutcome = Schema.TaggedUnion({
  /** The provider has it, under its id. */
  Accepted: { providerMessageId: Schema.NonEmptyString, status: DeliveryStatus },
  /** The provider refused it for good. `code` is its own. */
  Rejected: { reason: RejectionReason, code: Schema.NullOr(Schema.String) },
  /** The provider did not process it and wants us to slow down. Safe to try again after the pause (milliseconds). */
  Throttled: { retryAfterMillis: Schema.NullOr(Schema.Finite) },
  /** It never reached the provider (name not resolved, connection refused). Safe to try again. */
  NotSent: { detail: Schema.String },
  /** It may have been processed: an answer was lost or cannot be read. */
  Unknown: { detail: Schema.String }
})
export type SendOutcome = typeof SendOutcome.Type

/** Whether trying again can at worst be useless, never a second text. */
export const isSafeToRetry = (outcome: SendOutcome): boolean =>
  outcome._tag === "Throttled" || outcome._tag === "NotSent"
