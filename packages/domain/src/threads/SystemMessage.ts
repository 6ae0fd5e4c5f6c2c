/** What Careline itself says in a thread. */
import type { DateTime } from "effect"
import type { MessageId } from "../shared/Ids.ts"
import type { Message, SystemMessageKind } from "../messages/Message.ts"
import * as Thread from "./Thread.ts"

export interface SystemMessage {
  readonly id: MessageId
  readonly kind: SystemMessageKind
  readonly content: string
  /** Whether it is also sent to the contact. */
  readonly leaves: boolean
}

/** The message at the end of the thread. */
export const make = (
  thread: Thread.Thread,
  { content, id, kind, leaves }: SystemMessage,
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
  attachments: [],
  metaData: { messageSubType: kind },
  deliveryStatus: leaves ? "queued" : null,
  createdAt: now
})
