/** Twilio's call statuses in our words. Source: twilio.com/docs/voice/api/call-resource, "Call status values". */
import type { CallStatus } from "@careline/domain"

const statuses: ReadonlyMap<string, CallStatus.CallStatus> = new Map<string, CallStatus.CallStatus>([
  ["queued", "initiated"],
  ["initiated", "initiated"],
  ["ringing", "ringing"],
  ["in-progress", "in_progress"],
  // Of a conference's `<Dial>`: somebody answered, and it is over.
  ["answered", "completed"],
  ["completed", "completed"],
  ["busy", "busy"],
  ["no-answer", "no_answer"],
  ["failed", "failed"],
  ["canceled", "canceled"]
])

/** `null` for a status that we do not know. */
export const toCallStatus = (status: string | null): CallStatus.CallStatus | null => statuses.get(status ?? "") ?? null

/** Twilio counts a call that nobody answered as 0 seconds in some places, and not at all in others. */
export const durationOf = (status: CallStatus.CallStatus, seconds: string | null | undefined): number | null =>
  status === "completed" && typeof seconds === "string" && /^\d{1,9}$/.test(seconds) ? Number(seconds) : null
