/** A member of staff writes to a contact: the message is kept, queued, and ends the alarm. */
import type { DateTime } from "effect"
import * as Alarm from "../escalation/Alarm.ts"
import type { Attachment } from "../messages/Attachment.ts"
import type { Change } from "../changes/Change.ts"
import type { MessageId, SendId, UserId } from "../shared/Ids.ts"
import type { Message } from "../messages/Message.ts"
import * as MessageClass from "../messages/MessageClass.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as ContactText from "../outbound/ContactText.ts"
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
  const message = ContactText.message(thread, { ...staff, id: ids.messageId }, from, now)
  const send = ContactText.queue(
    thread,
    message,
    from,
    { id: ids.sendId, purpose: "reply", messageClass: MessageClass.ofStaffMessage(thread.lastInboundAt, now) },
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
