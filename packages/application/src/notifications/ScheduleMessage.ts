/** Staff write to a contact now or at a time to come, in their own words or by a template, and change or take it back before it leaves. */
import {
  Language,
  type MessageClass,
  Notification,
  type NotificationId,
  NotificationText,
  PatientId,
  SendPolicy,
  Template,
  TemplateId,
  Tenant,
  Text,
  VoipSettings
} from "@careline/domain"
import {
  IdGenerator,
  Notifications,
  type Settings,
  type StorageError,
  type TelephonyProviders,
  type Templates,
  Threads,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Option, Predicate, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { recipientRefusal } from "../access/Recipients.ts"
import { assertActive } from "../access/TenantRecord.ts"
import { gatherFacts } from "../outbound/SendGate.ts"
import { assertCarried } from "../outbound/SendMessage.ts"
import { IdempotencyMismatch, InvalidRequest, NotFound, SendRefused } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { type Given, readContact, reader } from "../shared/ReadRequest.ts"
import { IdempotencyKey, Instant, nullable, optional } from "../shared/RequestFields.ts"
import { TemplateData } from "../templates/TemplateRequests.ts"
import { regionOf } from "../threads/LoadThread.ts"
import { type NotificationView, type NoWords, viewOf, whoseOf, wordsOf } from "./NotificationContent.ts"

const MAX_CONTACT = 254

const words = {
  /** The words; either these or a template. */
  body: optional(Text.Words(VoipSettings.MAX_TEXT_LENGTH)),
  templateId: optional(TemplateId),
  /** Values of the template's variables, by their path or as records within records. */
  data: optional(TemplateData),
  /** The language of the template's text; its first where it is left out. */
  language: nullable(Language)
}

const times = {
  /** When it leaves, at the earliest: quiet hours put it off. Left out: now. */
  sendAt: optional(Instant),
  /** From when on it is not to leave any more, whatever held it; a day after `sendAt` where it is left out. */
  validUntil: nullable(Instant)
}

const saysOneThing = Schema.makeFilter(
  ({ body, data, templateId }: { readonly body?: string; readonly templateId?: string; readonly data?: object }) =>
    body !== undefined && templateId !== undefined
      ? { path: ["templateId"], issue: "either words or a template" }
      : data !== undefined && templateId === undefined
        ? { path: ["data"], issue: "is for a template" }
        : true
)

/** A text to one contact. */
export const MessageRequest = Schema.Struct({
  siteGroupingId: Tenant,
  /** A phone number in any usual way of writing, without a country code one of the line's country. */
  to: Schema.NonEmptyString.check(Schema.isMaxLength(MAX_CONTACT)),
  ...words,
  ...times,
  /** Whom it is about. */
  patientId: nullable(PatientId),
  /** Two requests with one key are one. */
  idempotencyKey: nullable(IdempotencyKey)
})
  .check(
    saysOneThing,
    Schema.makeFilter(
      ({ body, templateId }: { readonly body?: string; readonly templateId?: string }) =>
        body !== undefined || templateId !== undefined || { path: ["body"], issue: "words or a template are needed" }
    )
  )
  .annotate({ identifier: "MessageRequest" })
export type MessageRequest = Given<typeof MessageRequest.Encoded>

/** What to change of one that is scheduled; what is not named stays. */
export const NotificationEdit = Schema.Struct({ ...words, ...times })
  .check(saysOneThing)
  .annotate({ identifier: "NotificationEdit" })
export type NotificationEdit = Given<typeof NotificationEdit.Encoded>

const readMessage = reader(MessageRequest)
const readEdit = reader(NotificationEdit)

const contentOf = ({
  body,
  data,
  templateId
}: {
  readonly body?: string
  readonly templateId?: TemplateId
  readonly data?: Readonly<Record<string, Schema.Json>>
}): Notification.NotificationContent | null =>
  body !== undefined
    ? { _tag: "Words", text: body }
    : templateId === undefined
      ? null
      : { _tag: "FromTemplate", templateId, data: data ?? {} }

/** A time that is to come, and not so far ahead that nobody remembers. */
const assertTimes = Effect.fnUntraced(function* (
  { sendAt, validUntil }: { readonly sendAt: DateTime.Utc | undefined; readonly validUntil: DateTime.Utc | null },
  dueAt: DateTime.Utc,
  now: DateTime.Utc
) {
  const { scheduleAhead } = yield* Limits
  const refuse = (field: string, message: string) => new InvalidRequest({ field, message })
  if (sendAt !== undefined && DateTime.isLessThan(sendAt, now)) return yield* refuse("sendAt", "must be to come")
  if (dueAt.epochMilliseconds - now.epochMilliseconds > scheduleAhead) {
    return yield* refuse("sendAt", `must be within ${Math.floor(scheduleAhead / 86_400_000)} days`)
  }
  if (validUntil !== null && DateTime.isLessThanOrEqualTo(validUntil, DateTime.max(dueAt, now))) {
    return yield* refuse("validUntil", "must be after it is to leave")
  }
})

/** What it says now, and of which class it is: what cannot be sent is refused while somebody can still change it. */
const checkWords = Effect.fnUntraced(function* (
  tenant: Tenant,
  content: Notification.NotificationContent,
  language: Language | null
): Effect.fn.Return<
  { readonly messageClass: MessageClass.MessageClass; readonly text: string },
  InvalidRequest | NoWords | StorageError,
  Settings | Templates | TelephonyProviders.TelephonyProviders
> {
  const { content: text, template } = yield* wordsOf(tenant, content, language)
  yield* assertCarried({ content: text, mediaUrls: [] }).pipe(
    Effect.mapError(({ message }) => new InvalidRequest({ field: content._tag === "Words" ? "body" : "data", message }))
  )
  return { text, messageClass: template === null ? "care" : Template.messageClass(template) }
})

/** A value as JSON whose keys are in one order, however they were given. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    Predicate.isObject(part) && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : part
  )

/** Plans a text to a contact. It leaves by itself when its time has come, if it may be sent then. */
export const scheduleMessage = Effect.fn("scheduleMessage")(function* (actor: Actor, given: MessageRequest) {
  const request = yield* readMessage(given)
  const {
    siteGroupingId: tenant,
    idempotencyKey = null,
    language = null,
    patientId = null,
    validUntil = null
  } = request
  yield* assertSees(actor, tenant)
  const { contact, threadType } = yield* readContact("to", request.to, yield* regionOf(tenant))
  if (threadType !== "voip") return yield* new InvalidRequest({ field: "to", message: "must be a phone number" })
  // Before the transaction, which sees no number of other tenants and of the pool.
  const refusal = yield* recipientRefusal(tenant, contact)
  const content = contentOf(request)!
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      yield* assertActive(tenant)
      const now = yield* DateTime.now
      const { notificationLifetime } = yield* Limits
      const dueAt = request.sendAt ?? now
      const [thread] = yield* (yield* Threads).loadByKeys([{ siteGroupingId: tenant, threadType: "voip", contact }])
      if (thread === undefined && refusal !== null) return yield* new InvalidRequest({ field: "to", message: refusal })
      const [id] = (yield* (yield* IdGenerator).next("notification", 1)) as ReadonlyArray<NotificationId>
      const causeKey = idempotencyKey === null ? `scheduled:${id}` : `request:${idempotencyKey}`
      const draft = Notification.schedule(
        {
          id: id!,
          siteGroupingId: tenant,
          causeKey,
          kind: "scheduled",
          messageClass: "care",
          contact,
          patientId,
          content,
          language,
          dueAt,
          validUntil: validUntil ?? DateTime.addDuration(dueAt, notificationLifetime),
          fingerprint:
            idempotencyKey === null
              ? null
              : canonical([contact, content, language, patientId, sentAt(request.sendAt), sentAt(request.validUntil)]),
          createdBy: actor.userId
        },
        now
      )
      // First: what an earlier request with the key planned may be over by now, and is what the later one asks for.
      const notifications = yield* Notifications
      const [kept] = yield* notifications.plan([draft])
      if (kept!.id !== draft.id) return yield* sameAs(actor, kept!, draft)
      yield* assertTimes({ sendAt: request.sendAt, validUntil }, dueAt, now)
      const { messageClass, text } = yield* checkWords(tenant, content, language)
      const notification: Notification.Notification = { ...draft, messageClass }
      const [facts] = yield* gatherFacts([{ siteGroupingId: tenant, contact }], now)
      const ofNow = NotificationText.classOf(notification, thread ?? null, now)
      const policy = SendPolicy.decide({ ...facts!, messageClass: ofNow })
      // A day's limit is over by then, as the night is.
      const isForNow =
        policy._tag === "Refuse" && (request.sendAt === undefined || policy.reason !== "daily_limit_reached")
      if (policy._tag === "Refuse" && isForNow) return yield* new SendRefused({ reason: policy.reason })
      yield* notifications.save([notification])
      yield* audit(actor, tenant, "notification.schedule", `notification:${id}`, {}, whoseOf(draft))
      const view: NotificationView = { notification, words: text }
      return view
    })
  )
}, byStaff)

const sentAt = (at: DateTime.Utc | null | undefined): string | null => (at == null ? null : DateTime.formatIso(at))

/** What an earlier request with the key planned, if it asked for the same. */
const sameAs = Effect.fnUntraced(function* (
  actor: Actor,
  known: Notification.Notification,
  draft: Notification.Notification
) {
  if (known.fingerprint !== draft.fingerprint) {
    return yield* new IdempotencyMismatch({ message: "The idempotency key was used for another message" })
  }
  yield* audit(actor, known.siteGroupingId, "notification.view", `notification:${known.id}`, {}, whoseOf(known))
  return yield* viewOf(known)
})

const lock = Effect.fnUntraced(function* (actor: Actor, id: NotificationId) {
  const found = yield* (yield* Notifications).lock(actor.scope, id)
  return Option.isSome(found) ? found.value : yield* new NotFound({ entity: "notification" })
})

/** Changes a text that waits for its time still. */
export const editNotification = Effect.fn("editNotification")(function* (
  actor: Actor,
  id: NotificationId,
  given: NotificationEdit
) {
  const edit = yield* readEdit(given)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const before = yield* lock(actor, id)
      const now = yield* DateTime.now
      const { sendAt } = edit
      const { notificationLifetime } = yield* Limits
      const dueAt = sendAt ?? before.dueAt
      const changed = yield* Effect.fromResult(
        Notification.edit(
          before,
          {
            content: contentOf(edit) ?? before.content,
            dueAt,
            language: edit.language === undefined ? before.language : edit.language,
            // A new time has a new end, unless that is named as well.
            validUntil:
              edit.validUntil ??
              (sendAt === undefined && edit.validUntil !== null
                ? before.validUntil
                : DateTime.addDuration(dueAt, notificationLifetime))
          },
          now
        )
      )
      yield* assertTimes({ sendAt, validUntil: changed.validUntil }, changed.dueAt, now)
      const { messageClass, text } = yield* checkWords(changed.siteGroupingId, changed.content, changed.language)
      const notification: Notification.Notification = { ...changed, messageClass }
      yield* (yield* Notifications).save([notification])
      yield* audit(
        actor,
        before.siteGroupingId,
        "notification.edit",
        `notification:${id}`,
        { fields: Object.keys(edit).toSorted().join(",") },
        whoseOf(before)
      )
      const view: NotificationView = { notification, words: text }
      return view
    })
  )
}, byStaff)

/** Takes a text back that waits for its time still. Doing so again changes nothing. */
export const withdrawNotification = Effect.fn("withdrawNotification")(function* (actor: Actor, id: NotificationId) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const before = yield* lock(actor, id)
      const notification = yield* Effect.fromResult(Notification.withdraw(before, "staff", yield* DateTime.now))
      if (notification === before) return yield* viewOf(before)
      yield* (yield* Notifications).save([notification])
      yield* audit(actor, before.siteGroupingId, "notification.withdraw", `notification:${id}`, {}, whoseOf(before))
      return yield* viewOf(notification)
    })
  )
}, byStaff)
