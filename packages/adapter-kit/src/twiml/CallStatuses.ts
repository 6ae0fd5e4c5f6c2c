/**
 * Maps call statuses of TwiML's webhooks to ours. Sources: twilio.com/docs/voice/api/call-resource, "Call status values";
 * developers.telnyx.com/api-reference/callbacks/texml-call-completed.
 */
import type { CallStatus } from "@careline/domain"

const statuses: ReadonlyMap<string, CallStatus.CallStatus> = new Map<string, CallStatus.CallStatus>([
  ["queued", "initiated"],
  ["initiated", "initiated"],
  ["ringing", "ringing"],
  ["in-progress", "in_progress"],
  ["answered", "in_progress"],
  ["completed", "completed"],
  ["busy", "busy"],
  ["no-answer", "no_answer"],
  ["failed", "failed"],
  ["canceled", "canceled"]
])

/** `null` for a status that we do not know. */
export const toCallStatus = (status: string | null | undefined): CallStatus.CallStatus | null =>
  statuses.get(status ?? "") ?? null

/** A count of seconds as forms write it. */
export const secondsOf = (text: string | null | undefined): number | null =>
  typeof text === "string" && /^\d{1,9}$/.test(text) ? Number(text) : null

/** How long somebody talked: only of a call that was answered, because in some places the others have a duration as well. */
export const durationOf = (status: CallStatus.CallStatus, seconds: string | null | undefined): number | null =>
  status === "completed" ? secondsOf(seconds) : null
