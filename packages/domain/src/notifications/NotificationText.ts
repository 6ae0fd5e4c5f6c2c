/** The text that a notification becomes: it stands in the contact's thread, and is queued to leave. */
import type { DateTime } from "effect"
import type { Change } from "../changes/Change.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import { type Message, onNumber } from "../messages/Message.ts"
import * as MessageClass from "../messages/MessageClass.ts"
import * as Send from "../outbound/Send.ts"
import type { MessageId, SendId } from "../shared/Ids.ts"
import * as Thread from "../threads/Thread.ts"
import * as Notification from "./Notification.ts"

export interface Released {
  readonly notification: Notification.Notification
  readonly thread: Thread.Thread
  readonly changes: ReadonlyArray<Change>
}

/** The class of the text when it leaves: what a person wrote is conversation where the contact has written of late. */
export const classOf = (
  { kind, messageClass }: Notification.Notification,
  thread: Thread.Thread | null,
  now: DateTime.Utc
): MessageClass.MessageClass =>
  kind === "scheduled" && messageClass === "care"
    ? MessageClass.ofStaffMessage(thread?.lastInboundAt ?? null, now)
    : messageClass

/** Presumes that the send policy said yes. It was written before it leaves, and so answers nobody who waits by now. */
export const release = (
  notification: Notification.Notification,
  thread: Thread.Thread,
  text: { readonly content: string; readonly templateVersion: number | null },
  {
    isStandIn,
    number: on
  }: {
    readonly number: Pick<TenantNumber, "id" | "number">
    /** Whether it is only for as long as the thread's own is suspended. */
    readonly isStandIn: boolean
  },
  ids: { readonly messageId: MessageId; readonly sendId: SendId },
  now: DateTime.Utc
): Released => {
  const message: Message = {
    id: ids.messageId,
    siteGroupingId: thread.siteGroupingId,
    externalThreadId: thread.id,
    position: Thread.nextPosition(thread),
    messageType: "sms",
    direction: "outbound",
    senderId: notification.createdBy,
    content: text.content,
    transcript: null,
    attachments: [],
    metaData: { ...onNumber(on), notificationId: notification.id },
    deliveryStatus: "queued",
    createdAt: now
  }
  const send = Send.queue(
    {
      id: ids.sendId,
      siteGroupingId: thread.siteGroupingId,
      threadId: thread.id,
      messageId: message.id,
      purpose: notification.kind,
      messageClass: classOf(notification, thread, now),
      from: on.number,
      fromNumberId: on.id,
      to: thread.externalContact as string as E164,
      body: text.content,
      mediaUrls: [],
      validUntil: notification.validUntil
    },
    now
  )
  const next = Thread.append(isStandIn ? thread : Thread.lock(thread, on.id), message)
  const { templateVersion } = text
  return {
    notification: Notification.leave(notification, { threadId: next.id, messageId: message.id, templateVersion }, now),
    thread: next,
    changes: [
      { _tag: "ThreadSaved", thread: next },
      { _tag: "MessageAdded", message },
      { _tag: "SendQueued", send }
    ]
  }
}
