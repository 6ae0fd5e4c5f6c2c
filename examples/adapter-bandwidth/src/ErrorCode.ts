/**
 * Bandwidth's codes in words that all providers share: the numbers of `message-failed`, and the `type` of an HTTP error.
 * What is not here is `other`. https://dev.bandwidth.com/docs/messaging/errors
 */
import type { SendOutcome } from "@careline/domain"

const codes: ReadonlyArray<readonly [SendOutcome.RejectionReason, ReadonlyArray<string>]> = [
  ["invalid_recipient", ["4303", "4350", "4404", "4406", "4408", "4482", "4492", "4720", "4721"]],
  ["recipient_opted_out", ["4775"]],
  ["not_text_capable", ["4409", "4434", "4700"]],
  ["sender_not_allowed", ["4302", "4403", "4405", "4407", "4431", "4433", "4452", "4481", "4740"]],
  // The campaign, the short code or the toll-free number is not, or no longer, registered.
  ["sender_not_allowed", ["4773", "4774", "4790", "4791", "4792", "4793", "4795"]],
  ["content_rejected", ["4301", "4470", "4751", "4752", "4770", "4771"]],
  ["region_not_allowed", ["4421", "4432"]],
  ["unauthorised", ["4451", "4493", "unauthorized", "forbidden"]]
]

const reasons: ReadonlyMap<string, SendOutcome.RejectionReason> = new Map(
  codes.flatMap(([reason, ofReason]) => ofReason.map((code) => [code, reason] as const))
)

export const toReason = (code: string | null): SendOutcome.RejectionReason => reasons.get(code ?? "") ?? "other"
