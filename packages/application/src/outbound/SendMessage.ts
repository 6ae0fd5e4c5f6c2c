/** Sends the answer of a member of staff to a contact. */
import {
  MessageClass,
  type MessageId,
  type InventoryNumber,
  type SendId,
  SendLane,
  SendPolicy,
  StaffMessage,
  type Tenant,
  Text,
  ThreadId,
  VoipSettings
} from "@careline/domain"
import { IdGenerator, Messages, Outbox, type Telephony, TelephonyProviders, Transaction } from "@careline/ports"
import { DateTime, Effect, Option, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { commit } from "../shared/Commit.ts"
import {
  IdempotencyMismatch,
  InvalidRequest,
  NotFound,
  NumberOverused,
  SendHeld,
  SendRefused
} from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { lockThread, senderOf, viewThread } from "../threads/LoadThread.ts"
import { withLinks } from "../media/MediaLinks.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { IdempotencyKey, MediaUrls, nullable, optional } from "../shared/RequestFields.ts"
import { gatherFacts } from "./SendGate.ts"
import { mediaOf, takeUploads } from "../media/StaffMedia.ts"

const saysSomething = Schema.makeFilter(
  (message: { readonly content: string; readonly mediaUrls?: ReadonlyArray<string> }) =>
    !Text.isBlank(message.content) ||
    (message.mediaUrls ?? []).length > 0 || {
      path: ["content"],
      issue: "words or media are needed"
    }
)

const contents = {
  /** The words; may be empty beside media. */
  content: Text.Lines(VoipSettings.MAX_TEXT_LENGTH),
  mediaUrls: optional(MediaUrls)
}

/** What a message says. */
export const NewMessage = Schema.Struct(contents).check(saysSomething).annotate({ identifier: "NewMessage" })

/** An answer to the contact of a thread. */
export const SendMessageRequest = Schema.Struct({
  threadId: ThreadId,
  ...contents,
  /** Two requests with one key make one message. */
  idempotencyKey: nullable(IdempotencyKey)
}).check(saysSomething)
export type SendMessageRequest = Given<typeof SendMessageRequest.Encoded>

const readMessage = reader(SendMessageRequest)

/** As it was read. */
interface Asked {
  readonly threadId: ThreadId
  readonly content: string
  readonly mediaUrls: ReadonlyArray<string>
  readonly idempotencyKey: string | null
}

const fingerprintOf = (request: Asked): string => JSON.stringify([request.content, request.mediaUrls])

/**
 * Keeps the message and queues it; the outbound worker sends it. Refused with the policy's reason, or held with the
 * time from which it may be sent: nothing is kept then.
 */
export const sendMessage = Effect.fn("sendMessage")(function* (actor: Actor, given: SendMessageRequest) {
  const { transact } = yield* Transaction
  const { idempotencyKey = null, mediaUrls = [], ...rest } = yield* readMessage(given)
  const request: Asked = { ...rest, idempotencyKey, mediaUrls }
  const { siteGroupingId } = (yield* viewThread(actor, request.threadId)).thread
  const media = yield* Effect.result(mediaOf(siteGroupingId, request.mediaUrls))
  const message = yield* transact(
    Effect.gen(function* () {
      const thread = yield* lockThread(actor, request.threadId)
      yield* assertCarried(request)
      const [messageId] = (yield* (yield* IdGenerator).next("message", 1)) as ReadonlyArray<MessageId>
      const [sendId] = (yield* (yield* IdGenerator).next("send", 1)) as ReadonlyArray<SendId>

      const earlier =
        request.idempotencyKey === null ? null : yield* claimKey(actor, request, messageId!, thread.siteGroupingId)
      if (earlier !== null) {
        yield* audit(
          actor,
          thread.siteGroupingId,
          "message.view",
          `message:${earlier.id}`,
          { thread: thread.id },
          thread
        )
        return earlier
      }
      // Of a message that was kept before, what it carried is not looked at again.
      const attachments = yield* Effect.fromResult(media)

      const now = yield* DateTime.now
      const tenant = thread.siteGroupingId
      const [facts] = yield* gatherFacts([{ siteGroupingId: tenant, contact: thread.externalContact }], now)
      const messageClass = MessageClass.ofStaffMessage(thread.lastInboundAt, now)
      const policy = SendPolicy.decide({ ...facts!, messageClass })
      if (policy._tag === "Refuse") return yield* new SendRefused({ reason: policy.reason })
      if (policy._tag === "Hold") return yield* new SendHeld({ reason: policy.reason, until: policy.until })

      const { content } = request
      const { isStandIn, number: from } = yield* senderOf(thread)
      yield* assertNotOverused(from, SendLane.of(messageClass))
      const decision = StaffMessage.decide(
        thread,
        { content, attachments, senderId: actor.userId },
        from,
        { messageId: messageId!, sendId: sendId! },
        now,
        isStandIn
      )
      yield* takeUploads(tenant, request.mediaUrls)
      yield* commit(decision.changes)
      yield* audit(actor, tenant, "message.send", `message:${decision.message.id}`, { thread: thread.id }, thread)
      return decision.message
    })
  )
  return yield* withLinks(message)
}, byStaff)

/** What a provider would refuse is refused at once, while somebody can still change it. The fallback may have to carry it. */
export const assertCarried = Effect.fnUntraced(function* (request: Pick<Asked, "content" | "mediaUrls">) {
  const { active, fallback } = yield* TelephonyProviders.TelephonyProviders
  for (const telephony of fallback === null ? [active] : [active, fallback]) yield* assertCarriedBy(telephony, request)
})

const assertCarriedBy = Effect.fnUntraced(function* (
  { capabilities, provider }: Telephony.TelephonyService,
  { content, mediaUrls }: Pick<Asked, "content" | "mediaUrls">
) {
  const { maxTextLength, mms } = capabilities.messages
  const longest = mediaUrls.length === 0 || mms === null ? maxTextLength : mms.maxTextLength
  const refuse = (field: string, message: string) => new InvalidRequest({ field, message })
  if (mediaUrls.length > 0 && mms === null) return yield* refuse("mediaUrls", `${provider} carries no media`)
  if (mediaUrls.length > (mms?.maxMedia ?? 0)) {
    return yield* refuse("mediaUrls", `${provider} carries at most ${mms?.maxMedia} media in one message`)
  }
  if (content.length > longest) {
    return yield* refuse("content", `${provider} carries at most ${longest} characters in one message`)
  }
})

/**
 * Texts wait for their number's turn, those of the less urgent lanes aside; what would wait for very long is refused while
 * somebody can still do otherwise.
 */
const assertNotOverused = Effect.fnUntraced(function* (
  { id, number }: InventoryNumber.TenantNumber,
  lane: SendLane.SendLane
) {
  const { queuedPerNumber, sendRatePerNumber } = yield* Limits
  const [waiting = 0] = yield* (yield* Outbox).countWaiting([id], lane)
  if (waiting < queuedPerNumber) return
  return yield* new NumberOverused({ number, waiting, perSecond: sendRatePerNumber?.perSecond ?? null })
})

/** The message that an earlier request with this key made, or `null` when this is the first. */
const claimKey = Effect.fnUntraced(function* (
  actor: Actor,
  request: Asked,
  messageId: MessageId,
  siteGroupingId: Tenant
) {
  const messages = yield* Messages
  const fingerprint = fingerprintOf(request)
  const claim = yield* messages.claimIdempotencyKey({
    siteGroupingId,
    threadId: request.threadId,
    key: request.idempotencyKey!,
    fingerprint,
    messageId
  })
  if (claim._tag === "Claimed") return null
  if (claim.fingerprint !== fingerprint) {
    return yield* new IdempotencyMismatch({ message: "The idempotency key was used for another message" })
  }
  const message = yield* messages.get(actor.scope, request.threadId, claim.messageId)
  return Option.isSome(message) ? message.value : yield* new NotFound({ entity: "message" })
})
