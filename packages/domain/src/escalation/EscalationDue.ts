/** A timer came due: who is texted, and what the thread says about it. */
import type { DateTime } from "effect"
import * as Alarm from "./Alarm.ts"
import type { Change } from "../changes/Change.ts"
import * as Escalation from "../threads/Escalation.ts"
import type { MessageId, SendId } from "../shared/Ids.ts"
import * as PhoneNumber from "../contacts/PhoneNumber.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as Send from "../outbound/Send.ts"
import * as SystemMessage from "../threads/SystemMessage.ts"
import * as Thread from "../threads/Thread.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

export interface Due {
  readonly thread: Thread.Thread
  readonly period: number
  readonly settings: VoipSettings
  /** The number to text from: the thread's lock or the tenant's default; `null` when the tenant has none. */
  readonly from: TenantNumber | null
  /** Deep link to the thread. */
  readonly link: string
  /** What somebody on call is called in the thread; by the end of their number, when not given. */
  readonly nameOf?: (number: PhoneNumber.E164) => string
}

const note = (thread: Thread.Thread, id: MessageId, content: string, now: DateTime.Utc) =>
  SystemMessage.make(thread, { id, kind: "escalation", content, from: null }, now)

/** The changes, none when the timer's cause is gone. `sendIds` has one id for each number of the settings. */
export const decide = (
  due: Due,
  ids: { readonly messageId: MessageId; readonly sendIds: ReadonlyArray<SendId> },
  now: DateTime.Utc
): ReadonlyArray<Change> => {
  const { from, period, settings, thread } = due
  const { id: threadId, siteGroupingId } = thread
  if (thread.deletedAt !== null || !Escalation.isDue(thread.escalation, period, now)) return []
  if (!settings.voipEnabled) {
    return [
      { _tag: "TimerStopped", siteGroupingId, threadId, period },
      { _tag: "ThreadSaved", thread: { ...thread, escalation: Escalation.onAnswered(thread.escalation) } }
    ]
  }
  const notified = from === null ? [] : [...new Set(settings.escalationPhoneNumbers)]
  const since = thread.unansweredSince ?? thread.lastInboundAt
  const waitedMillis = since === null ? 0 : now.epochMilliseconds - since.epochMilliseconds
  const isUrgent = Alarm.isUrgent(thread)
  const body = Escalation.notice({
    link: due.link,
    isUrgent,
    hasReplyFailed: thread.replyFailed !== null,
    waitingMinutes: waitedMillis / 60_000,
    preview: settings.escalationPreview ? thread.lastMessagePreview : null
  })
  const message = note(
    thread,
    ids.messageId,
    Escalation.report(
      notified.map((number) => (due.nameOf ?? PhoneNumber.ending)(number)),
      isUrgent
    ),
    now
  )
  const sends =
    from === null
      ? []
      : notified.map((to, index): Change => ({
          _tag: "SendQueued",
          send: Send.queue(
            {
              id: ids.sendIds[index]!,
              siteGroupingId,
              threadId,
              messageId: null,
              purpose: "escalation",
              messageClass: "on_call",
              from: from.number,
              fromNumberId: from.id,
              to,
              body,
              mediaUrls: []
            },
            now
          )
        }))
  return [
    { _tag: "MessageAdded", message },
    ...sends,
    { _tag: "TimerFired", siteGroupingId, threadId, period, notified },
    {
      _tag: "ThreadSaved",
      thread: Thread.append({ ...thread, escalation: Escalation.onFired(thread.escalation) }, message)
    }
  ]
}

/** Somebody on call could not be notified: the thread says so. Saving it is left to whoever has more to say in it. */
export const notNotified = (
  thread: Thread.Thread,
  name: string,
  messageId: MessageId,
  now: DateTime.Utc
): { readonly thread: Thread.Thread; readonly changes: ReadonlyArray<Change> } => {
  const message = note(thread, messageId, `The alarm did not reach ${name}.`, now)
  const next = Thread.append(thread, message)
  return { thread: next, changes: [{ _tag: "MessageAdded", message }] }
}
