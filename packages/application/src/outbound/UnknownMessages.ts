/**
 * Lists messages that need a person: texts of unknown outcome, which Careline does not send twice on its own, and replies that
 * failed. Staff resend or dismiss them.
 */
import { Alarm, DeliveryStatus, type Message, type MessageId, Send } from "@careline/domain"
import { Broadcaster, Messages, Outbox, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect, Option, type Result, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy, shownOfThreads } from "../access/Audit.ts"
import { commit } from "../shared/Commit.ts"
import { NotFound, NotUndecided, SendHeld, SendRefused } from "../shared/Errors.ts"
import { pageWithLinks, withLinks } from "../media/MediaLinks.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { optional, Page, pageOf } from "../shared/RequestFields.ts"
import { OutcomeObserver } from "./RecordOutcome.ts"
import { evaluateSendPolicy } from "./SendGate.ts"
import { sendMessage } from "./SendMessage.ts"

/** Which messages, from the newest on. */
export const MessageStatusQuery = Schema.Struct({
  ...Page,
  deliveryStatus: DeliveryStatus.DeliveryStatus,
  /** Only those that wait for a person's decision, or only those that do not. */
  needsDecision: optional(Schema.Boolean)
})
export type MessageStatusQuery = Given<typeof MessageStatusQuery.Encoded>

const readQuery = reader(MessageStatusQuery)

/** Messages of one status over all threads that the actor may see, newest first. */
export const listMessagesByStatus = Effect.fnUntraced(function* (actor: Actor, given: MessageStatusQuery) {
  const { deliveryStatus, needsDecision, ...page } = yield* readQuery(given)
  const { transact } = yield* Transaction
  const found = yield* transact(
    Effect.gen(function* () {
      const { scope } = actor
      const listed = yield* (yield* Messages).listByStatus({ ...pageOf(page), deliveryStatus, needsDecision, scope })
      const shown = yield* shownOfThreads(
        listed.items.map(({ externalThreadId, siteGroupingId }) => ({ siteGroupingId, threadId: externalThreadId }))
      )
      yield* auditList(actor, "message.list", `messages:${deliveryStatus}`, shown, narrowedBy({ needsDecision }))
      return listed
    })
  )
  return yield* pageWithLinks(found)
}, byStaff)

/** What the send policy would hold now is refused, as for a new message: staff learn from when on it may be sent. */
const assertMayLeave = Effect.fnUntraced(function* (send: Send.Send, now: DateTime.Utc) {
  const [policy] = yield* evaluateSendPolicy([send], now)
  if (policy?._tag === "Refuse") return yield* new SendRefused({ reason: policy.reason })
  if (policy?._tag === "Hold") return yield* new SendHeld({ reason: policy.reason, until: policy.until })
})

/** The thread says no more that the reply failed. One that is sent again stands; one that is let go leaves the contact waiting. */
const unmark = Effect.fnUntraced(function* (message: Message.Message, isSentAgain: boolean) {
  const { createdAt, externalThreadId: threadId, id, siteGroupingId } = message
  const [thread] = yield* (yield* Threads).loadByIds([{ siteGroupingId, threadId }])
  if (thread?.replyFailed?.messageId !== id) return
  const { changes, thread: after } = isSentAgain
    ? Alarm.replyStands(thread, id, createdAt)
    : { changes: [], thread: { ...thread, replyFailed: null } }
  yield* commit([...changes, { _tag: "ThreadSaved", thread: after }])
})

/** Carries out what somebody decided about a message's text. Of two who decide at once the second meets the first's. */
const decide = Effect.fnUntraced(function* (
  actor: Actor,
  id: MessageId,
  action: "message.resend" | "message.dismiss",
  decision: (send: Send.Send, now: DateTime.Utc) => Result.Result<Send.Send, Send.Undecidable>
) {
  const { transact } = yield* Transaction
  const decided = transact(
    Effect.gen(function* () {
      const messages = yield* Messages
      const outbox = yield* Outbox
      // Locked before the message is read: what is read then is not older than what is decided upon.
      const send = Option.getOrUndefined(yield* outbox.ofMessage(actor.scope, id))
      const message = Option.getOrUndefined(yield* messages.find(actor.scope, id))
      if (send === undefined || message === undefined) return yield* new NotFound({ entity: "message" })
      const decided = yield* Effect.fromResult(decision(send, yield* DateTime.now)).pipe(
        Effect.mapError((reason) => new NotUndecided({ reason }))
      )
      const [whose] = yield* (yield* Threads).patientsOf([send])
      if (decided === send) {
        yield* audit(actor, send.siteGroupingId, "message.view", `message:${id}`, { thread: send.threadId }, whose)
        return message
      }
      if (decided.state === "queued") yield* assertMayLeave(send, decided.notBefore)

      const { attemptId: fence, notBefore, queuedAt, siteGroupingId, state, threadId } = decided
      yield* outbox.update([{ sendId: send.id, fence, state, notBefore, queuedAt, detail: action }])
      const [changed] = yield* messages.update([
        { siteGroupingId, messageId: id, status: "unknown", metaData: { needsDecision: false } }
      ])
      const isAgain = state === "queued"
      yield* (yield* OutcomeObserver)([
        {
          send: decided,
          status: isAgain ? "queued" : "failed",
          metaData: isAgain ? {} : { failureReason: "outcome_unknown" }
        }
      ])
      yield* unmark(message, isAgain)
      yield* (yield* Broadcaster).publish([{ siteGroupingId, type: "message.updated", threadId, messageId: id }])
      yield* audit(actor, siteGroupingId, action, `message:${id}`, { thread: threadId }, whose)
      return changed ?? message
    })
  )
  return yield* Effect.flatMap(decided, withLinks)
})

/** A reply that failed for good; `null` for any other message. */
const failedReply = Effect.fnUntraced(function* (actor: Actor, id: MessageId) {
  const message = Option.getOrUndefined(yield* (yield* Messages).find(actor.scope, id))
  if (message === undefined) return null
  const { deliveryStatus, direction, metaData, senderId } = message
  const hasFailed = deliveryStatus === "failed" || deliveryStatus === "undelivered"
  // A notification has a class and a time of its own: whoever wants it sent again sends another one.
  const isReply = senderId !== null && metaData.notificationId === undefined
  return hasFailed && direction === "outbound" && isReply ? message : null
})

/**
 * Sends a text again. Of unknown outcome, the contact may then have it twice: it passes the send policy now and once more when
 * it leaves, and its message stays `unknown` until something is heard; a late report that the first one got through
 * takes it out of the queue. A reply that failed for good is sent as a new message with the same words, once however
 * often it is asked for; the send policy refuses it for a contact who opted out.
 */
export const resendMessage: (
  actor: Actor,
  id: MessageId
) => Effect.Effect<
  Effect.Success<ReturnType<typeof sendMessage>>,
  Effect.Error<ReturnType<typeof sendMessage>> | NotUndecided,
  Effect.Services<ReturnType<typeof sendMessage>>
> = Effect.fn("resendMessage")(function* (actor: Actor, id: MessageId) {
  const failed = yield* failedReply(actor, id)
  if (failed === null) return yield* decide(actor, id, "message.resend", Send.resend)
  return yield* sendMessage(actor, {
    threadId: failed.externalThreadId,
    content: failed.content,
    mediaUrls: failed.attachments.flatMap(({ url }) => (url === null ? [] : [url])),
    idempotencyKey: `resend-${id}`
  })
}, byStaff)

/** Lets a text of unknown outcome go. Doing so again changes nothing. */
export const dismissMessage = Effect.fn("dismissMessage")(function* (actor: Actor, id: MessageId) {
  return yield* decide(actor, id, "message.dismiss", Send.dismiss)
}, byStaff)
