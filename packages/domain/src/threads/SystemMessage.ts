/** What Careline itself says in a thread. */
import type { DateTime } from "effect"
import type { MessageId } from "../shared/Ids.ts"
import { type Message, onNumber, type SystemMessageKind } from "../messages/Message.ts"
import * as Thread from "./Thread.ts"

export interface SystemMessage {
  readonly id: MessageId
  readonly kind: SystemMessageKind
  readonly content: string
  /** The number that it is sent to the contact from; `null` where it is not sent. */
  readonly from: Parameters<typeof onNumber>[0] | null
}

/** The message at the end of the thread. */
export const make = (
  thread: Thread.Thread,
  { content, from, id, kind }: SystemMessage,
  now: DateTime.Utc
): Message => ({
  id,
  siteGroupingId: thread.siteGroupingId,
  externalThreadId: thread.id,
  position: Thread.nextPosition(thread),
  messageType: "system",
  direction: "outbound",
  senderId: null,
  content,
  transcript: null,
  attachments: [],
  metaData: { messageSubType: kind, ...(from === null ? {} : onNumber(from)) },
  deliveryStatus: from !== null ? "queued" : null,
  createdAt: now
})
