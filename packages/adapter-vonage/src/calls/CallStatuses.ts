/** Maps Vonage's call statuses to ours. Source: developer.vonage.com/voice/voice-api/webhook-reference. */
import type { CallStatus } from "@careline/domain"
import * as Field from "../client/Field.ts"

const statuses: ReadonlyMap<string, CallStatus.CallStatus> = new Map<string, CallStatus.CallStatus>([
  ["started", "initiated"],
  ["ringing", "ringing"],
  ["answered", "in_progress"],
  ["human", "in_progress"],
  ["machine", "in_progress"],
  ["busy", "busy"],
  // Nobody answered within the time to ring, or the network gave up.
  ["timeout", "no_answer"],
  ["unanswered", "no_answer"],
  ["cancelled", "canceled"],
  ["failed", "failed"],
  ["rejected", "failed"],
  ["completed", "completed"]
])

/** How far a leg has come. */
export interface Progress {
  readonly status: CallStatus.CallStatus
  /** How long was talked, in seconds; `null` while that is not known, and where nobody answered. */
  readonly durationSeconds: number | null
}

const secondsOf = (duration: unknown): number | null => {
  const text = Field.textOf(duration)
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/**
 * How far a leg has come, by an event or by the record of a call; `null` for a status that says nothing to us. Every leg
 * ends as `completed`, one that nobody answered too: such a one has no duration, and what is known of it is that it is over.
 */
export const toProgress = (leg: unknown): Progress | null => {
  const given = Field.textOf(Field.of(leg, "status"))
  const status = given === "rejected" && Field.of(leg, "detail") === "declined" ? "busy" : statuses.get(given)
  if (status === undefined) return null
  if (status !== "completed") return { status, durationSeconds: null }
  const seconds = secondsOf(Field.of(leg, "duration"))
  const wasAnswered = seconds === null ? Field.textOf(Field.of(leg, "start_time")) !== "" : seconds > 0
  return wasAnswered ? { status, durationSeconds: seconds } : { status: "canceled", durationSeconds: null }
}
