/**
 * The alarm of a thread that nobody answers.
 *
 * States: idle → running(dueAt) → fired → idle. An unanswered inbound that asks for a person starts a period when none runs; a
 * staff reply, or a call that reached the contact, ends it; reading does not; a reply that fails for good starts one again. A period fires at most once: it is numbered, and a timer that carries another number, or
 * finds its period over, does nothing.
 */
import { DateTime, Schema } from "effect"
import type { VoipSettings } from "../settings/VoipSettings.ts"

export const Escalation = Schema.Struct({
  state: Schema.Literals(["idle", "running", "fired"]),
  /** Counts the running periods of the thread; 0 before the first. */
  period: Schema.Int,
  /** When the running period fires, or when the fired one was due. */
  dueAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type Escalation = typeof Escalation.Type

export const idle: Escalation = { state: "idle", period: 0, dueAt: null }

/** After an inbound text that asks for a person. A period that runs keeps the due time it was given. */
export const onInbound = (
  escalation: Escalation,
  settings: Pick<VoipSettings, "voipEnabled" | "escalationTimerMinutes">,
  now: DateTime.Utc
): Escalation => {
  if (escalation.state === "running" || !settings.voipEnabled || settings.escalationTimerMinutes === null) {
    return escalation
  }
  return {
    state: "running",
    period: escalation.period + 1,
    dueAt: DateTime.addDuration(now, settings.escalationTimerMinutes * 60_000)
  }
}

/** After a text that tells of danger: a period is due at once, whatever the timer is set to, and whatever runs. */
export const onUrgent = (
  escalation: Escalation,
  settings: Pick<VoipSettings, "voipEnabled">,
  now: DateTime.Utc
): Escalation => (settings.voipEnabled ? { state: "running", period: escalation.period + 1, dueAt: now } : escalation)

/** After somebody of the staff answered. */
export const onAnswered = (escalation: Escalation): Escalation =>
  escalation.state === "idle" ? escalation : { ...escalation, state: "idle", dueAt: null }

/** Whether the timer of `period` fires now: its period still runs and is due. */
export const isDue = (escalation: Escalation, period: number, now: DateTime.Utc): boolean =>
  escalation.state === "running" &&
  escalation.period === period &&
  escalation.dueAt !== null &&
  DateTime.isLessThanOrEqualTo(escalation.dueAt, now)

/** After the period fired. */
export const onFired = (escalation: Escalation): Escalation =>
  escalation.state === "running" ? { ...escalation, state: "fired" } : escalation

/** The text to staff. Without previews it names no patient and quotes nothing; it always carries the link. */
export const notice = (options: {
  readonly link: string
  /** Whether the contact may be in danger. */
  readonly isUrgent: boolean
  /** Whether the contact waits because a reply did not get through. */
  readonly hasReplyFailed: boolean
  readonly waitingMinutes: number
  readonly preview: string | null
}): string => {
  const waited = options.waitingMinutes < 1 ? "less than a minute" : `${Math.round(options.waitingMinutes)} min`
  const head = options.isUrgent
    ? "Careline: URGENT. A message may be about an emergency. Please look now."
    : options.hasReplyFailed
      ? "Careline: a reply could not be delivered, and a message still waits for an answer."
      : `Careline: a message has waited ${waited} for an answer.`
  return options.preview === null ? `${head} ${options.link}` : `${head} "${options.preview}" ${options.link}`
}

/** What the thread says about a fired period: who was notified, by name or the end of their number. */
export const report = (notified: ReadonlyArray<string>, isUrgent: boolean): string => {
  const why = isUrgent ? "This may be an emergency." : "Not answered in time."
  return notified.length === 0 ? `${why} Nobody is set to be notified.` : `${why} Notified: ${notified.join(", ")}`
}
