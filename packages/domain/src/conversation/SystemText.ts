/** A text that Careline itself sends to the contact: it stands in the thread, and is queued to leave. */
import type { DateTime } from "effect"
import type { Change } from "../changes/Change.ts"
import type { MessageId, SendId } from "../shared/Ids.ts"
import type { MessageClass } from "../messages/MessageClass.ts"
import type { TenantNumber } from "../contacts/InventoryNumber.ts"
import * as ContactText from "../outbound/ContactText.ts"
import * as SystemMessage from "../threads/SystemMessage.ts"
import * as Thread from "../threads/Thread.ts"

export interface SystemText {
  readonly kind:
    | "auto_reply"
    | "opt_out_confirmation"
    | "opt_in_confirmation"
    | "help"
    | "number_changed"
    | "urgent_reply"
  readonly messageClass: MessageClass
  readonly content: string
  /** Whether somebody's health hangs on it, so that it waits for nothing. */
  readonly isUrgent?: boolean
  /** The number that it leaves from. */
  readonly on: Pick<TenantNumber, "id" | "number">
}

/** Presumes that the contact can be texted. Saving the thread is left to whoever has more to say in it. */
export const send = (
  thread: Thread.Thread,
  { content, isUrgent, kind, messageClass, on }: SystemText,
  ids: { readonly messageId: MessageId; readonly sendId: SendId },
  now: DateTime.Utc
): { readonly thread: Thread.Thread; readonly changes: ReadonlyArray<Change> } => {
  const message = SystemMessage.make(thread, { id: ids.messageId, kind, content, from: on }, now)
  return {
    thread: Thread.append(thread, message),
    changes: [
      { _tag: "MessageAdded", message },
      {
        _tag: "SendQueued",
        send: ContactText.queue(thread, message, on, { id: ids.sendId, purpose: kind, messageClass, isUrgent }, now)
      }
    ]
  }
}
