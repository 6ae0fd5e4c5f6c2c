/** Why a text did not get through, for all causes: refused by a provider, withdrawn by our own gate, or lost on the way. */
import { Schema } from "effect"
import * as SendOutcome from "./SendOutcome.ts"
import * as SendPolicy from "./SendPolicy.ts"

/**
 * A code of a message's `failureReason`. `provider_unreachable`: tried for hours. `no_number_at_provider`: no number to leave from
 * at any provider that works. `number_suspended`: the number that the contact knows is out of service. `expired`: it was too late. `outcome_unknown`: nobody knows whether it left.
 */
export const FailureReason = Schema.Literals([
  ...SendOutcome.RejectionReason.literals,
  ...SendPolicy.RefusalReason.literals,
  "provider_unreachable",
  "no_number_at_provider",
  "number_suspended",
  "expired",
  "outcome_unknown"
])
export type FailureReason = typeof FailureReason.Type

const isReason = Schema.is(FailureReason)

/** The reason of a code. A code that an earlier version wrote, or none, is `other`. */
export const ofCode = (code: string | undefined): FailureReason => (isReason(code) ? code : "other")

const words: Readonly<Record<Exclude<FailureReason, SendPolicy.RefusalReason>, string>> = {
  invalid_recipient: "The contact's number does not exist or cannot be reached",
  not_text_capable: "The contact's number cannot receive texts: it may be a landline",
  sender_not_allowed: "The provider does not let this number text the contact",
  content_rejected: "The carrier refused the content of the text",
  region_not_allowed: "The provider does not deliver texts to the contact's region",
  unauthorised: "The provider refused our credentials",
  account_suspended: "The provider has suspended the account",
  account_refused: "The provider lets our account send no texts",
  other: "The text could not be delivered",
  provider_unreachable: "The provider could not be reached for too long",
  no_number_at_provider: "There was no number to send the text from",
  number_suspended: "The number that the contact knows is suspended",
  expired: "It was too late to send the text",
  outcome_unknown: "Nobody knows whether the text arrived"
}

const isRefusal = Schema.is(SendPolicy.RefusalReason)

/** The reason in words for a person. */
export const explain = (reason: FailureReason): string =>
  isRefusal(reason) ? SendPolicy.explain(reason) : words[reason]
