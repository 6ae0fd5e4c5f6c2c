/** A member of staff writes to a contact: the message is kept, queued, and ends the alarm. */
import type { DateTime } from "effect"
import * as Alarm from "../escalation/Alarm.ts"
import type { Attachment } from "../messages/Attachment.ts"
import type { Change } from "../changes/Change.ts"
import type { MessageId, SendId, UserId } from "../shared/Ids.ts"
import { type Message, onNumber } from "../messages/Message.ts"
import * as MessageClass from "../messages/MessageClass.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as Send from "../outbound/Send.ts"
import * as Thread from "../threads/Thread.ts"

export interface StaffMessage {
  readonly content: string
  /** What goes with it. Each has a URL. */
  readonly attachments: ReadonlyArray<Attachment>
  readonly senderId: UserId
}

export interface Decision {
  readonly thread: Thread.Thread
  readonly message: Message
  readonly changes: ReadonlyArray<Change>
}

/**
 * Presumes that the send policy said yes. `from` becomes the thread's lock, unless it only stands in for the one that the thread is
 * locked to.
 */
export const decide = (
  thread: Thread.Thread,
  staff: StaffMessage,
  from: TenantNumber,
  ids: { readonly messageId: MessageId; readonly sendId: SendId },
  now: DateTime.Utc,
  isStandIn = false
): Decision => {
  const message: Message = {
    id: ids.messageId,
    siteGroupingId: thread.siteGroupingId,
    externalThreadId: thread.id,
    position: Thread.nextPosition(thread),
    messageType: "sms",
    direction: "outbound",
    senderId: staff.senderId,
    content: staff.content,
    transcript: null,
    attachments: staff.attachments,
    metaData: onNumber(from),
    deliveryStatus: "queued",
    createdAt: now
  }
  const send = Send.queue(
    {
      id: ids.sendId,
      siteGroupingId: thread.siteGroupingId,
      threadId: thread.id,
      messageId: message.id,
      purpose: "reply",
      messageClass: MessageClass.ofStaffMessage(thread.lastInboundAt, now),
      from: from.number,
      fromNumberId: from.id,
      to: thread.externalContact as string as E164,
      body: staff.content,
      mediaUrls: staff.attachments.flatMap(({ url }) => (url === null ? [] : [url]))
    },
    now
  )
  const ended = Alarm.stop(thread)
  const next = Thread.append(isStandIn ? ended.thread : Thread.lock(ended.thread, from.id), message)
  return {
    thread: next,
    message,
    changes: [
      { _tag: "MessageAdded", message },
      { _tag: "SendQueued", send },
      ...ended.changes,
      { _tag: "ThreadSaved", thread: next }
    ]
  }
}
