/** Why a text is sent, which decides what may hold or refuse it (47 CFR 64.1200). */
import { DateTime, Schema } from "effect"

/**
 * - `conversational`: an answer to somebody who wrote within the last 24 hours.
 * - `care`: a clinician's own message about care, unprompted.
 * - `reminder`: automated information. `notice`: the same, to many at once. `marketing`: solicitation.
 * - `on_call`: to our own staff, when nobody answered.
 * - `opt_out_confirmation`: the one text that may follow an opt-out (47 CFR 64.1200(a)(12)).
 * - `keyword_answer`: what somebody gets who texts HELP or START, who may have opted out before (CTIA, 5.1.3).
 */
export const MessageClass = Schema.Literals([
  "conversational",
  "care",
  "reminder",
  "notice",
  "marketing",
  "on_call",
  "opt_out_confirmation",
  "keyword_answer"
])
export type MessageClass = typeof MessageClass.Type

const CONVERSATION_MILLIS = 24 * 60 * 60 * 1000

/** The class of what a member of staff writes in a thread whose contact last wrote at `lastInboundAt`. */
export const ofStaffMessage = (lastInboundAt: DateTime.Utc | null, now: DateTime.Utc): MessageClass =>
  lastInboundAt !== null && DateTime.toEpochMillis(now) - DateTime.toEpochMillis(lastInboundAt) <= CONVERSATION_MILLIS
    ? "conversational"
    : "care"
