/** A timer came due: who is texted, and what the thread says about it. */
import type { DateTime } from "effect"
import type { Change } from "./Change.ts"
import * as Escalation from "./Escalation.ts"
import type { MessageId, SendId } from "./Ids.ts"
import type { Message } from "./Message.ts"
import type { PoolNumber } from "./PoolNumber.ts"
import * as Send from "./Send.ts"
import * as Thread from "./Thread.ts"
import type { VoipSettings } from "./VoipSettings.ts"

export interface Due {
  readonly thread: Thread.Thread
  readonly period: number
  readonly settings: VoipSettings
  /** The number to text from: the thread's lock or the tenant's default; `null` when the tenant has none. */
  readonly from: PoolNumber | null
  /** Deep link to the thread. */
  readonly link: string
}

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
  const waitedMillis = thread.lastInboundAt === null ? 0 : now.epochMilliseconds - thread.lastInboundAt.epochMilliseconds
  const body = Escalation.notice({
    link: due.link,
    waitingMinutes: waitedMillis / 60_000,
    preview: settings.escalationPreview ? thread.lastMessagePreview : null
  })
  const message: Message = {
    id: ids.messageId,
    siteGroupingId,
    externalThreadId: threadId,
    position: Thread.nextPosition(thread),
    messageType: "system",
    direction: "outbound",
    senderId: null,
    content: Escalation.report(notified),
    attachments: [],
    metaData: { messageSubType: "escalation" },
    deliveryStatus: null,
    createdAt: now
  }
  const sends = from === null ? [] : notified.map((to, index): Change => ({
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
