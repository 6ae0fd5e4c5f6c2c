/** A member of staff writes to a contact: the message is kept, queued, and ends the alarm. */
import type { DateTime } from "effect"
import * as Alarm from "./Alarm.ts"
import type { Attachment } from "./Attachment.ts"
import type { Change } from "./Change.ts"
import type { MessageId, SendId, UserId } from "./Ids.ts"
import type { Message } from "./Message.ts"
import * as MessageClass from "./MessageClass.ts"
import type { E164 } from "./PhoneNumber.ts"
import type { PoolNumber } from "./PoolNumber.ts"
import * as Send from "./Send.ts"
import * as Thread from "./Thread.ts"

export interface StaffMessage {
  readonly content: string
  readonly mediaUrls: ReadonlyArray<string>
  readonly senderId: UserId
}

export interface Decision {
  readonly thread: Thread.Thread
  readonly message: Message
  readonly changes: ReadonlyArray<Change>
}

const typesByExtension: Readonly<Record<string, Attachment["type"]>> = {
  gif: "image",
  jpeg: "image",
  jpg: "image",
  mp3: "audio",
  mp4: "video",
  png: "image",
  wav: "audio",
  webp: "image"
}

/** What the name of the file tells of its kind. */
const attachmentAt = (url: string): Attachment => {
  const extension = /\.(\w+)(?:[?#].*)?$/.exec(url)?.[1]?.toLowerCase() ?? ""
  return { type: typesByExtension[extension] ?? "file", url, mimeType: null }
}

/** Presumes that the send policy said yes. `from` becomes the thread's lock. */
export const decide = (
  thread: Thread.Thread,
  staff: StaffMessage,
  from: PoolNumber,
  ids: { readonly messageId: MessageId; readonly sendId: SendId },
  now: DateTime.Utc
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
    attachments: staff.mediaUrls.map(attachmentAt),
    metaData: {},
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
      mediaUrls: staff.mediaUrls
    },
    now
  )
  const ended = Alarm.stop(thread)
  const next = Thread.append(Thread.lock(ended.thread, from.id), message)
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
