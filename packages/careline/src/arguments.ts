/**
 * What operations take, as schemas: code without types may pass anything. What does not fit is an `InvalidRequest` that
 * names the field, before any of it is looked at. Requests have the schemas of their use cases.
 */
import {
  type Fault,
  faultsOf,
  InvalidRequest,
  MessageStatusQuery,
  NumberAddition,
  NumberEdit,
  NumberRelease,
  PageQuery,
  PlatformSettingsEdit,
  SendMessageRequest,
  SettingsEdit,
  STRICT,
  ThreadCreation,
  ThreadEdit,
  ThreadQuery,
  withoutUndefined
} from "@careline/application"
import {
  BreakGlassId,
  Consent,
  MessageId,
  PhoneNumberId,
  PurposeOfUse,
  SiteGroupingId,
  Tenant,
  ThreadId,
  UserId
} from "@careline/domain"
import { Effect, Schema } from "effect"

/** Characters of what is no record: a contact, a field's name. */
const MAX_TEXT = 10_000

const Text = Schema.String.check(Schema.isMaxLength(MAX_TEXT))

const Actor = Schema.Struct({
  userId: UserId,
  scope: Schema.Union([Schema.Literal("all"), Schema.Array(Schema.NullOr(SiteGroupingId))]),
  purpose: Schema.optional(PurposeOfUse),
  breakGlass: Schema.optional(BreakGlassId)
})

/** An argument, and what it has to be. */
export type Argument = readonly [name: string, schema: Schema.Codec<unknown, unknown>]

/** Who acts. */
export const actorArgument = ["actor", Actor] as const

const actor: Argument = actorArgument
const tenant: Argument = ["siteGroupingId", Tenant]
const thread: Argument = ["threadId", ThreadId]
const message: Argument = ["messageId", MessageId]
const event: Argument = ["eventId", Text]

/** The arguments of each operation, in their order. */
export const argumentsOf = {
  addNumber: [actor, ["request", NumberAddition]],
  assignOnActivation: [actor, ["siteGroupingId", SiteGroupingId], ["areaCode", Schema.NullOr(Text)]],
  callerId: [actor, tenant],
  changeLineSettings: [actor, tenant, ["settings", SettingsEdit]],
  changePlatformSettings: [actor, ["settings", PlatformSettingsEdit]],
  contactConsent: [actor, tenant, ["contact", Text]],
  createThread: [actor, ["request", ThreadCreation]],
  deleteThread: [actor, thread],
  dismissMessage: [actor, message],
  dismissParkedEvent: [actor, event],
  editNumber: [actor, ["phoneNumberId", PhoneNumberId], ["edit", NumberEdit]],
  editThread: [actor, thread, ["edit", ThreadEdit]],
  lineSettings: [actor, tenant],
  listMessages: [actor, thread, ["page", PageQuery]],
  listMessagesByStatus: [actor, ["query", MessageStatusQuery]],
  listNumbers: [actor],
  listParkedEvents: [actor, ["page", PageQuery]],
  listReaders: [actor, thread],
  listThreads: [actor, ["query", ThreadQuery]],
  markRead: [actor, thread, ["messageId", Schema.NullOr(MessageId)]],
  platformSettings: [actor],
  recordConsent: [actor, tenant, ["contact", Text], ["status", Consent.Consent.fields.status]],
  releaseNumber: [actor, ["phoneNumberId", PhoneNumberId], ["request", NumberRelease]],
  resendMessage: [actor, message],
  retryParkedEvent: [actor, event],
  resetLineSetting: [actor, tenant, ["field", Text]],
  resetPlatformSetting: [actor, ["field", Text]],
  sendMessage: [actor, ["request", SendMessageRequest]],
  viewThread: [actor, thread]
} satisfies Record<string, ReadonlyArray<Argument>>

/** The field that a request is about where it is one of a record, else the argument. */
const refusal = (name: string, { detail, path }: Fault): InvalidRequest => {
  const field = name === "actor" || path.length === 0 ? [name, ...path] : path
  return new InvalidRequest({ field: field.join("."), message: detail })
}

/** A backend may hand over its own user, with more than is asked for. */
const rulesOf = (name: string) => (name === "actor" ? {} : STRICT)

type Read<Wanted extends ReadonlyArray<Argument>> = {
  readonly [K in keyof Wanted]: Wanted[K][1] extends Schema.Codec<infer A, infer _I> ? A : never
}

/** The arguments as the use case takes them. */
export const readArguments = <const Wanted extends ReadonlyArray<Argument>>(
  wanted: Wanted,
  given: ReadonlyArray<unknown>
): Effect.Effect<Read<Wanted>, InvalidRequest> =>
  Effect.forEach(wanted, ([name, schema], index) =>
    Effect.mapError(Schema.decodeUnknownEffect(schema, rulesOf(name))(withoutUndefined(given[index])), ({ issue }) =>
      refusal(name, faultsOf(issue)[0]!)
    )
  ) as Effect.Effect<Read<Wanted>, InvalidRequest>
