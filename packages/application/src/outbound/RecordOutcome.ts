/**
 * Records what became of sends: on their messages, and, for what concerns more than the message, in the thread and the
 * contact's consent. In the ambient transaction.
 */
import {
  Alarm,
  type Change,
  Consent,
  type Contact,
  DeliveryStatus,
  EscalationDue,
  type Message,
  type MessageId,
  type Send
} from "@careline/domain"
import {
  Broadcaster,
  Consents,
  IdGenerator,
  type MessageUpdate,
  Messages,
  Settings,
  type StorageError,
  Threads
} from "@careline/ports"
import { Context, DateTime, Effect } from "effect"
import { contactKey } from "../access/ContactCards.ts"
import { commit } from "../shared/Commit.ts"
import { onCallNames } from "../escalation/OnCallNames.ts"

/** What became of a text, by what is known now. */
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
      known.find((one) => contactKey(one) === contactKey({ siteGroupingId, contact })) ??
      Consent.unrecorded(siteGroupingId, contact)
    const consent = Consent.afterKeyword(before, "opt_out", "provider", now)
    return consent === before ? [] : [{ _tag: "ConsentChanged", consent }]
  })
})

const hasFailed = (status: DeliveryStatus.DeliveryStatus): boolean => status === "failed" || status === "undelivered"

/** Whether a reply is given up: it failed for good, or nobody knows what became of it and a person has to decide. */
const isGivenUp = ({ metaData, status }: SendResult): boolean => hasFailed(status) || metaData.needsDecision === true

const GIVEN_UP: ReadonlySet<Send.SendState> = new Set(["undecided", "abandoned", "rejected", "canceled"])

/** Whether a reply that had been given up got through after all. */
const stands = ({ send, status }: SendResult): boolean =>
  GIVEN_UP.has(send.state) && DeliveryStatus.rank(status) >= DeliveryStatus.rank("accepted") && !hasFailed(status)

const isOfReply = (result: SendResult): boolean =>
  result.send.purpose === "reply" && (isGivenUp(result) || stands(result))

const isOfAlarm = ({ send, status }: SendResult): boolean => send.purpose === "escalation" && hasFailed(status)

/**
 * What the results mean for whole threads: a reply that failed for good begins again what it had ended, one that got through after
 * all ends it, and an alarm that did not reach its number is said, so that somebody else looks. Each thread as the results
 * before left it.
 */
const inThreads = Effect.fnUntraced(function* (results: ReadonlyArray<SendResult>, now: DateTime.Utc) {
  const told = results.filter((result) => isOfReply(result) || isOfAlarm(result))
  if (told.length === 0) return []
  const found = yield* (yield* Threads).loadByIds(
    told.map(({ send: { siteGroupingId, threadId } }) => ({ siteGroupingId, threadId }))
  )
  const threads = new Map(found.map((thread) => [thread.id, thread]))
  const settings = yield* (yield* Settings).effective(told.map(({ send }) => send.siteGroupingId))
  const nameOf = yield* onCallNames(told.filter(isOfAlarm).map(({ send }) => send))
  const ids = yield* (yield* IdGenerator).next("message", told.length)
  return told.flatMap((result, index): ReadonlyArray<Change> => {
    const { messageId, queuedAt, threadId } = result.send
    const thread = threads.get(threadId)
    if (thread === undefined) return []
    const decided = isOfAlarm(result)
      ? EscalationDue.notNotified(thread, nameOf(result.send), ids[index] as MessageId, now)
      : messageId === null
        ? { thread, changes: [] }
        : isGivenUp(result)
          ? Alarm.replyFailed(thread, { messageId, reason: reasonOf(result) }, settings[index]!, now)
          : Alarm.replyStands(thread, messageId, queuedAt)
    if (decided.thread === thread) return []
    threads.set(threadId, decided.thread)
    return [...decided.changes, { _tag: "ThreadSaved", thread: decided.thread }]
  })
})

const reasonOf = ({ metaData, status }: SendResult): string =>
  metaData.failureReason ?? (hasFailed(status) ? "other" : "outcome_unknown")

/** Who else follows what becomes of texts. Called in the transaction that records it. */
export const OutcomeObserver: Context.Reference<
  (results: ReadonlyArray<SendResult>) => Effect.Effect<void, StorageError>
> = Context.Reference("careline/application/OutcomeObserver", {
  defaultValue:
    () =>
    (_results: ReadonlyArray<SendResult>): Effect.Effect<void, StorageError> =>
      Effect.void
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
  yield* (yield* OutcomeObserver)(results)
  yield* commit([...(yield* providerOptOuts(results, now)), ...(yield* inThreads(results, now))])
})
