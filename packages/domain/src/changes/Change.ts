/**
 * What a rule decided, as data. A store applies a set of changes in one transaction, in one statement each kind or in a
 * loop: the result is the same.
 */
import { Schema } from "effect"
import { Consent } from "../contacts/Consent.ts"
import { Tenant, ThreadId } from "../shared/Ids.ts"
import { Message } from "../messages/Message.ts"
import { E164 } from "../contacts/PhoneNumber.ts"
import { Send } from "../outbound/Send.ts"
import { Thread } from "../threads/Thread.ts"

export const Change = Schema.TaggedUnion({
  /** The thread is as given now. Of several for one thread the last holds. */
  ThreadSaved: { thread: Thread },
  MessageAdded: { message: Message },
  SendQueued: { send: Send },
  ConsentChanged: { consent: Consent },
  /** A period of escalation began and is due at `dueAt`. */
  TimerStarted: { siteGroupingId: Tenant, threadId: ThreadId, period: Schema.Int, dueAt: Schema.DateTimeUtc },
  /** The period ended without firing. */
  TimerStopped: { siteGroupingId: Tenant, threadId: ThreadId, period: Schema.Int },
  /** The period fired, and these numbers were notified. */
  TimerFired: { siteGroupingId: Tenant, threadId: ThreadId, period: Schema.Int, notified: Schema.Array(E164) }
})
export type Change = typeof Change.Type
