/** Escalation in its thread: what begins a period, and what ends one, as changes. */
import { DateTime } from "effect"
import type { Change } from "../changes/Change.ts"
import * as Escalation from "../threads/Escalation.ts"
import * as Thread from "../threads/Thread.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

/** A thread as its period left it, and what is to be carried out. */
export interface Alarmed {
  readonly thread: Thread.Thread
  readonly changes: ReadonlyArray<Change>
}

/** What decides whether a timer runs, and for how long. */
export type TimerSettings = Pick<VoipSettings, "voipEnabled" | "escalationTimerMinutes">

const startTimer = (thread: Thread.Thread, settings: TimerSettings, now: DateTime.Utc): Alarmed => {
  const escalation = Escalation.onInbound(thread.escalation, settings, now)
  if (escalation === thread.escalation || escalation.dueAt === null) return { thread, changes: [] }
  const { id: threadId, siteGroupingId } = thread
  return {
    thread: { ...thread, escalation },
    changes: [{ _tag: "TimerStarted", siteGroupingId, threadId, period: escalation.period, dueAt: escalation.dueAt }]
  }
}

/** After a text or a call that asks for a person: the contact waits, and a period begins when none runs. */
export const start = (thread: Thread.Thread, settings: TimerSettings, now: DateTime.Utc): Alarmed =>
  startTimer({ ...thread, unansweredSince: thread.unansweredSince ?? now }, settings, now)

/** Texts that tell of danger call somebody once in this time, unless staff answered the one before. */
const URGENT_MILLIS = 30 * 60_000

/** Whether somebody was called for the thread a moment ago, or is about to be. */
export const wasCalled = ({ urgentAt }: Pick<Thread.Thread, "urgentAt">, now: DateTime.Utc): boolean =>
  urgentAt !== null && now.epochMilliseconds - urgentAt.epochMilliseconds < URGENT_MILLIS

/** Whether the period that is due is one of danger. */
export const isUrgent = ({
  escalation: { dueAt },
  urgentAt
}: Pick<Thread.Thread, "escalation" | "urgentAt">): boolean =>
  urgentAt !== null && dueAt !== null && DateTime.Equivalence(dueAt, urgentAt)

/** After a text that tells of danger: the contact waits, and a period is due at once in the place of one that runs. */
export const call = (thread: Thread.Thread, settings: TimerSettings, now: DateTime.Utc): Alarmed => {
  const { escalation: before, id: threadId, siteGroupingId } = thread
  const waiting = { ...thread, unansweredSince: thread.unansweredSince ?? now }
  const escalation = Escalation.onUrgent(before, settings, now)
  if (escalation === before) return { thread: waiting, changes: [] }
  return {
    thread: { ...waiting, escalation, urgentAt: now },
    changes: [
      ...(before.state === "running"
        ? [{ _tag: "TimerStopped" as const, siteGroupingId, threadId, period: before.period }]
        : []),
      { _tag: "TimerStarted", siteGroupingId, threadId, period: escalation.period, dueAt: now }
    ]
  }
}

/**
 * After staff answered, or reached the contact by a call: a running or fired period ends. One of danger that has not fired yet
 * does so all the same: the answer may have been on its way before anybody read of the danger.
 */
export const stop = (thread: Thread.Thread): Alarmed => {
  const { escalation, id: threadId, siteGroupingId } = thread
  if (escalation.state === "running" && isUrgent(thread)) {
    return { thread: { ...thread, replyFailed: null, unansweredSince: null }, changes: [] }
  }
  return {
    thread: { ...thread, ...Thread.answered(thread) },
    changes:
      escalation.state === "running"
        ? [{ _tag: "TimerStopped", siteGroupingId, threadId, period: escalation.period }]
        : []
  }
}

/**
 * After a reply failed for good: the thread says so, and what the reply had ended begins again. A contact who never wrote
 * waits for nothing, so that a text out of the blue that fails is marked, and starts no timer.
 */
export const replyFailed = (
  thread: Thread.Thread,
  failure: Thread.ReplyFailure,
  settings: TimerSettings,
  now: DateTime.Utc
): Alarmed => {
  if (thread.deletedAt !== null) return { thread, changes: [] }
  const unansweredSince = thread.unansweredSince ?? thread.lastInboundAt
  const marked = { ...thread, replyFailed: failure, unansweredSince }
  return unansweredSince === null ? { thread: marked, changes: [] } : startTimer(marked, settings, now)
}

/**
 * After a reply that was taken for lost got through, or is sent again: the mark goes, and with it the alarm, unless the contact
 * wrote something since `repliedAt`.
 */
export const replyStands = (
  thread: Thread.Thread,
  messageId: Thread.ReplyFailure["messageId"],
  repliedAt: DateTime.Utc
): Alarmed => {
  if (thread.replyFailed?.messageId !== messageId) return { thread, changes: [] }
  const wroteSince = thread.lastInboundAt !== null && DateTime.isGreaterThan(thread.lastInboundAt, repliedAt)
  return wroteSince ? { thread: { ...thread, replyFailed: null }, changes: [] } : stop(thread)
}
