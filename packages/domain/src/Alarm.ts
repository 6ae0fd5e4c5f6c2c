/** Escalation in its thread: what begins a period, and what ends one, as changes. */
import type { DateTime } from "effect"
import type { Change } from "./Change.ts"
import * as Escalation from "./Escalation.ts"
import type * as Thread from "./Thread.ts"
import type { VoipSettings } from "./VoipSettings.ts"

/** A thread as its period left it, and what is to be carried out. */
export interface Alarmed {
  readonly thread: Thread.Thread
  readonly changes: ReadonlyArray<Change>
}

/** After a text or a call of the contact: a period begins when none runs. */
export const start = (
  thread: Thread.Thread,
  settings: Pick<VoipSettings, "voipEnabled" | "escalationTimerMinutes">,
  now: DateTime.Utc
): Alarmed => {
  const escalation = Escalation.onInbound(thread.escalation, settings, now)
  if (escalation === thread.escalation || escalation.dueAt === null) return { thread, changes: [] }
  const { id: threadId, siteGroupingId } = thread
  return {
    thread: { ...thread, escalation },
    changes: [{ _tag: "TimerStarted", siteGroupingId, threadId, period: escalation.period, dueAt: escalation.dueAt }]
  }
}

/** After staff answered, or called: a running or fired period ends. */
export const stop = (thread: Thread.Thread): Alarmed => {
  const { escalation, id: threadId, siteGroupingId } = thread
  return {
    thread: { ...thread, escalation: Escalation.onAnswered(escalation) },
    changes:
      escalation.state === "running"
        ? [{ _tag: "TimerStopped", siteGroupingId, threadId, period: escalation.period }]
        : []
  }
}
