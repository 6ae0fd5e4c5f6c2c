/**
 * One thing to tell one person once: a text that is planned, and leaves by itself when its time has come.
 *
 * scheduled → delivering → sent → delivered | failed | undecided; or withdrawn, expired or refused before it left. Whatever caused it
 * names it by a key, so that one cause has one notification however often it is told.
 */
import { DateTime, Result, Schema } from "effect"
import { Contact } from "../contacts/Contact.ts"
import { Language } from "../contacts/Language.ts"
import { type DeliveryStatus, rank } from "../messages/DeliveryStatus.ts"
import { MessageClass } from "../messages/MessageClass.ts"
import type * as SendPolicy from "../outbound/SendPolicy.ts"
import { MessageId, NotificationId, PatientId, TemplateId, Tenant, ThreadId, UserId } from "../shared/Ids.ts"

/** `scheduled`: somebody wrote it to leave at a time. */
export const NotificationKind = Schema.Literals(["scheduled"])
export type NotificationKind = typeof NotificationKind.Type

/**
 * - `scheduled`: waits for its time. `delivering`: queued to leave, or on its way.
 * - `sent`: the provider or the carrier has it. `delivered`: the handset does.
 * - `failed`: it did not arrive. `undecided`: nobody knows, and a person decides.
 * - `withdrawn`: somebody took it back. `expired`: it was too late. `refused`: it may not be sent.
 */
export const NotificationState = Schema.Literals([
  "scheduled",
  "delivering",
  "sent",
  "delivered",
  "failed",
  "undecided",
  "withdrawn",
  "expired",
  "refused"
])
export type NotificationState = typeof NotificationState.Type

/** What is told: words, or a template's published version with values. */
export const NotificationContent = Schema.Union([
  Schema.TaggedStruct("Words", { text: Schema.String }),
  Schema.TaggedStruct("FromTemplate", {
    templateId: TemplateId,
    /** Values by the path of their variable, or as records within records. */
    data: Schema.Record(Schema.String, Schema.Json)
  })
])
export type NotificationContent = typeof NotificationContent.Type

export const Notification = Schema.Struct({
  id: NotificationId,
  siteGroupingId: Tenant,
  /** What caused it. One tenant has one notification of a cause. */
  causeKey: Schema.NonEmptyString,
  kind: NotificationKind,
  messageClass: MessageClass,
  contact: Contact,
  /** Whom it is about. */
  patientId: Schema.NullOr(PatientId),
  content: NotificationContent,
  /** The language that is wished for; of what is told in words, theirs. */
  language: Schema.NullOr(Language),
  /** The version of the template that it was made of, once it was. */
  templateVersion: Schema.NullOr(Schema.Int),
  /** When it leaves: put off, by quiet hours. */
  dueAt: Schema.DateTimeUtc,
  /** From when on it is not to leave any more; `null`: it may leave at any time. */
  validUntil: Schema.NullOr(Schema.DateTimeUtc),
  state: NotificationState,
  /** Why it is in that state: a refusal of the send policy, a reason of a failed message, `quiet_hours`, `variable_missing`. */
  reason: Schema.NullOr(Schema.String),
  /** The text that it became, in its thread. */
  threadId: Schema.NullOr(ThreadId),
  messageId: Schema.NullOr(MessageId),
  createdBy: Schema.NullOr(UserId),
  createdAt: Schema.DateTimeUtc,
  updatedAt: Schema.DateTimeUtc
})
export type Notification = typeof Notification.Type

/** What is left of its time before it is claimed can be changed; what left, or will not, cannot. */
export class NotificationOver extends Schema.TaggedError<NotificationOver>()("NotificationOver", {
  state: NotificationState
}) {
  override get message(): string {
    return `The notification is ${this.state}: only one that is scheduled can be changed`
  }
}

/** A notification that waits for its time. */
export const schedule = (
  given: Omit<
    Notification,
    "createdAt" | "messageId" | "reason" | "state" | "templateVersion" | "threadId" | "updatedAt"
  >,
  now: DateTime.Utc
): Notification => ({
  ...given,
  state: "scheduled",
  reason: null,
  templateVersion: null,
  threadId: null,
  messageId: null,
  createdAt: now,
  updatedAt: now
})

/** Changes one that waits still. */
export const edit = (
  notification: Notification,
  changes: Partial<Pick<Notification, "content" | "dueAt" | "language" | "validUntil">>,
  now: DateTime.Utc
): Result.Result<Notification, NotificationOver> =>
  notification.state === "scheduled"
    ? Result.succeed({ ...notification, ...changes, reason: null, updatedAt: now })
    : Result.fail(new NotificationOver({ state: notification.state }))

/** Takes one back that waits still. One that was taken back is as it is. */
export const withdraw = (
  notification: Notification,
  reason: string,
  now: DateTime.Utc
): Result.Result<Notification, NotificationOver> =>
  notification.state === "withdrawn"
    ? Result.succeed(notification)
    : notification.state === "scheduled"
      ? Result.succeed({ ...notification, state: "withdrawn", reason, updatedAt: now })
      : Result.fail(new NotificationOver({ state: notification.state }))

/** One that does not leave, and why. */
export const end = (
  notification: Notification,
  state: "expired" | "failed" | "refused",
  reason: string,
  now: DateTime.Utc
): Notification => ({ ...notification, state, reason, updatedAt: now })

/** Waits on; too late then, it does not leave at all. */
export const putOff = (
  notification: Notification,
  until: DateTime.Utc,
  reason: string,
  now: DateTime.Utc
): Notification =>
  isPast(notification, until)
    ? end(notification, "expired", reason, now)
    : { ...notification, dueAt: until, reason, updatedAt: now }

/** Whether it is too late for it at a time. */
export const isPast = ({ validUntil }: Pick<Notification, "validUntil">, at: DateTime.Utc): boolean =>
  validUntil !== null && DateTime.isLessThanOrEqualTo(validUntil, at)

/** What becomes of one whose time has come: `null` where it leaves now. */
export const hold = (
  notification: Notification,
  policy: SendPolicy.Decision,
  now: DateTime.Utc
): Notification | null => {
  if (isPast(notification, now)) return end(notification, "expired", "too_late", now)
  switch (policy._tag) {
    case "SendNow":
      return null
    case "Refuse":
      return end(notification, "refused", policy.reason, now)
    case "Hold":
      return putOff(notification, policy.until, policy.reason, now)
  }
}

/** One that became a text in a thread, which is queued to leave. */
export const leave = (
  notification: Notification,
  text: { readonly threadId: ThreadId; readonly messageId: MessageId; readonly templateVersion: number | null },
  now: DateTime.Utc
): Notification => ({ ...notification, ...text, state: "delivering", reason: null, updatedAt: now })

/** What is heard of a notification's text. */
export interface Heard {
  readonly status: DeliveryStatus
  readonly needsDecision: boolean
  readonly reason: string | null
}

const stateOf = ({ needsDecision, reason, status }: Heard): NotificationState => {
  if (rank(status) >= rank("delivered")) return "delivered"
  if (status === "failed" || status === "undelivered") return reason === "expired" ? "expired" : "failed"
  if (rank(status) >= rank("accepted")) return "sent"
  return needsDecision ? "undecided" : "delivering"
}

/** States from the least known to the most, as of a text's delivery. */
const ORDER: ReadonlyArray<NotificationState> = ["delivering", "undecided", "sent", "failed", "expired", "delivered"]

/** What is heard of its text. It never falls back; only a text that is sent again begins anew. */
export const settle = (notification: Notification, heard: Heard, now: DateTime.Utc): Notification => {
  const state = stateOf(heard)
  const isAgain = notification.state === "undecided" && state === "delivering"
  if (!isAgain && ORDER.indexOf(state) <= ORDER.indexOf(notification.state)) return notification
  return {
    ...notification,
    state,
    reason: state === "failed" || state === "expired" ? (heard.reason ?? "other") : null,
    updatedAt: now
  }
}
