/** Queues a message of a thread as a text to the contact. */
import type { DateTime } from "effect"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"
import { type Message, onNumber } from "../messages/Message.ts"
import * as Thread from "../threads/Thread.ts"
import * as Send from "./Send.ts"

type From = Pick<TenantNumber, "id" | "number">

/** What somebody wrote to the contact, at the end of the thread; it waits to leave. */
export const message = (
  thread: Thread.Thread,
  {
    attachments,
    content,
    id,
    metaData,
    senderId
  }: Pick<Message, "attachments" | "content" | "id" | "senderId"> & {
    readonly metaData?: Message["metaData"] | undefined
  },
  from: From,
  now: DateTime.Utc
): Message => ({
  id,
  siteGroupingId: thread.siteGroupingId,
  externalThreadId: thread.id,
  position: Thread.nextPosition(thread),
  messageType: "sms",
  direction: "outbound",
  senderId,
  content,
  transcript: null,
  attachments,
  metaData: { ...onNumber(from), ...metaData },
  deliveryStatus: "queued",
  createdAt: now
})

/** The send that carries a message of a thread, with all that goes with it. */
export const queue = (
  thread: Thread.Thread,
  { attachments, content, id: messageId }: Message,
  from: From,
  cause: Pick<Send.Queued, "id" | "isUrgent" | "messageClass" | "purpose" | "validUntil">,
  now: DateTime.Utc
): Send.Send =>
  Send.queue(
    {
      ...cause,
      siteGroupingId: thread.siteGroupingId,
      threadId: thread.id,
      messageId,
      from: from.number,
      fromNumberId: from.id,
      to: thread.externalContact as string as E164,
      body: content,
      mediaUrls: attachments.flatMap(({ url }) => (url === null ? [] : [url]))
    },
    now
  )
