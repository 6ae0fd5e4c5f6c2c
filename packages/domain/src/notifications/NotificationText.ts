/** The text that a notification becomes: it stands in the contact's thread, and is queued to leave. */
import type { DateTime } from "effect"
import type { Change } from "../changes/Change.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as MessageClass from "../messages/MessageClass.ts"
import * as ContactText from "../outbound/ContactText.ts"
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
  const message = ContactText.message(
    thread,
    {
      id: ids.messageId,
      senderId: notification.createdBy,
      content: text.content,
      attachments: [],
      metaData: { notificationId: notification.id }
    },
    on,
    now
  )
  const send = ContactText.queue(
    thread,
    message,
    on,
    {
      id: ids.sendId,
      purpose: notification.kind,
      messageClass: classOf(notification, thread, now),
      validUntil: notification.validUntil
    },
    now
  )
  const next = Thread.append(isStandIn ? thread : Thread.lock(thread, on.id), message)
  const { templateVersion } = text
  return {
    notification: Notification.leave(
      notification,
      { threadId: next.id, messageId: message.id, templateVersion, words: text.content },
      now
    ),
    thread: next,
    changes: [
      { _tag: "ThreadSaved", thread: next },
      { _tag: "MessageAdded", message },
      { _tag: "SendQueued", send }
    ]
  }
}
