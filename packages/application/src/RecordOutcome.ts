/**
 * Puts down what became of sends: on their messages, and, for what concerns more than the message, in the thread and the
 * contact's consent. In the ambient transaction.
 */
import {
  type Change,
  Consent,
  type Contact,
  type DeliveryStatus,
  EscalationDue,
  type Message,
  type MessageId,
  type Send
} from "@careline/domain"
import { Broadcaster, Consents, IdGenerator, type MessageUpdate, Messages, Threads } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { commit } from "./Commit.ts"

export interface SendResult {
  readonly send: Send.Send
  readonly status: DeliveryStatus.DeliveryStatus
  readonly metaData: Message.MessageMetadata
}

/** What the results say of messages; a text to staff has none. */
const messageUpdates = (results: ReadonlyArray<SendResult>): ReadonlyArray<MessageUpdate> =>
  results.flatMap(({ metaData, send: { messageId, siteGroupingId }, status }) =>
    messageId === null ? [] : [{ siteGroupingId, messageId, status, metaData }]
  )

/** The provider says that the recipient opted out there: then they have opted out here. */
const providerOptOuts = Effect.fnUntraced(function* (results: ReadonlyArray<SendResult>, now: DateTime.Utc) {
  const keys = results
    .filter(({ metaData }) => metaData.failureReason === "recipient_opted_out" && metaData.provider !== undefined)
    .map(({ send }) => ({ siteGroupingId: send.siteGroupingId, contact: send.to as string as Contact.Contact }))
  if (keys.length === 0) return []
  const known = yield* (yield* Consents).load(keys)
  return keys.flatMap(({ contact, siteGroupingId }): ReadonlyArray<Change> => {
    const before =
      known.find((one) => one.siteGroupingId === siteGroupingId && one.contact === contact) ??
      Consent.unrecorded(siteGroupingId, contact)
    const consent = Consent.afterKeyword(before, "opt_out", "provider", now)
    return consent === before ? [] : [{ _tag: "ConsentChanged", consent }]
  })
})

/** An alarm that did not reach its number is said in the thread: somebody else has to look. */
const failedAlarms = Effect.fnUntraced(function* (results: ReadonlyArray<SendResult>, now: DateTime.Utc) {
  const failed = results.filter(
    ({ send, status }) => send.purpose === "escalation" && (status === "failed" || status === "undelivered")
  )
  if (failed.length === 0) return []
  const ids = yield* (yield* IdGenerator).next("message", failed.length)
  const threads = new Map(
    (yield* (yield* Threads).loadByIds(
      failed.map(({ send }) => ({ siteGroupingId: send.siteGroupingId, threadId: send.threadId }))
    )).map((thread) => [thread.id, thread])
  )
  return failed.flatMap(({ send }, index): ReadonlyArray<Change> => {
    const thread = threads.get(send.threadId)
    if (thread === undefined) return []
    const decision = EscalationDue.notNotified(thread, send.to, ids[index] as MessageId, now)
    threads.set(thread.id, decision.thread)
    return decision.changes
  })
})

export const recordOutcome = Effect.fnUntraced(function* (results: ReadonlyArray<SendResult>) {
  if (results.length === 0) return
  const now = yield* DateTime.now
  const changed = yield* (yield* Messages).update(messageUpdates(results))
  yield* (yield* Broadcaster).publish(
    changed.map((message) => ({
      siteGroupingId: message.siteGroupingId,
      type: "message.updated" as const,
      threadId: message.externalThreadId,
      messageId: message.id
    }))
  )
  yield* commit([...(yield* providerOptOuts(results, now)), ...(yield* failedAlarms(results, now))])
})
