/**
 * What operations take, as schemas: code without types may pass anything. What does not fit is an `InvalidRequest` that
 * names the field, before any of it is looked at; what is not asked for is left out.
 */
import { InvalidRequest, MAX_IDS, MAX_KEY } from "@careline/application"
import {
  BreakGlassId,
  Consent,
  DeliveryStatus,
  FacilityId,
  MessageId,
  PatientId,
  PhoneNumberId,
  PurposeOfUse,
  SiteGroupingId,
  Tenant,
  ThreadId,
  UserId,
  VoipSettings
} from "@careline/domain"
import { ThreadListView } from "@careline/ports"
import { Effect, Schema, SchemaIssue } from "effect"

const MAX_TEXT = 10_000

const Text = Schema.String.check(Schema.isMaxLength(MAX_TEXT))
const TextOrNull = Schema.NullOr(Text)
const PatientIds = Schema.Array(PatientId).check(Schema.isMaxLength(MAX_IDS))
const Page = { limit: Schema.Finite, cursor: TextOrNull }

const Actor = Schema.Struct({
  userId: UserId,
  scope: Schema.Union([Schema.Literal("all"), Schema.Array(Schema.NullOr(SiteGroupingId))]),
  purpose: Schema.optional(PurposeOfUse),
  breakGlass: Schema.optional(BreakGlassId)
})

const Link = {
  contactName: Schema.optional(TextOrNull),
  patientIds: Schema.optional(PatientIds),
  facilityId: Schema.optional(Schema.NullOr(FacilityId))
}

const NewNumber = Schema.Struct({
  number: Text,
  siteGroupingId: Tenant,
  label: TextOrNull,
  provider: TextOrNull,
  providerSid: TextOrNull,
  overrideReason: Schema.optional(TextOrNull)
})

const NewThread = Schema.Struct({
  siteGroupingId: Tenant,
  externalContact: Text,
  phoneNumberId: Schema.optional(Schema.NullOr(PhoneNumberId)),
  ...Link
})

const ThreadEdit = Schema.Struct({
  assigneeId: Schema.optional(Schema.NullOr(UserId)),
  phoneNumberId: Schema.optional(PhoneNumberId),
  ...Link
})

const ThreadQuery = Schema.Struct({
  ...Page,
  view: ThreadListView,
  patientId: Schema.optional(PatientId),
  facilityId: Schema.optional(FacilityId),
  search: Schema.optional(Text)
})

const StatusQuery = Schema.Struct({
  ...Page,
  deliveryStatus: DeliveryStatus.DeliveryStatus,
  needsDecision: Schema.optional(Schema.Boolean)
})

const NewMessage = Schema.Struct({
  threadId: ThreadId,
  content: Text,
  mediaUrls: Schema.Array(Text),
  idempotencyKey: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_KEY)))
})

/** What else is named goes through, to be refused: left out, an administrator would take it for decided. */
const PlatformSettings = Schema.StructWithRest(VoipSettings.PlatformEdit, [
  Schema.Record(Schema.String, Schema.Unknown)
])

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
  addNumber: [actor, ["request", NewNumber]],
  assignOnActivation: [actor, ["siteGroupingId", SiteGroupingId], ["areaCode", TextOrNull]],
  changeLineSettings: [actor, tenant, ["settings", VoipSettings.Edit]],
  changePlatformSettings: [actor, ["settings", PlatformSettings]],
  contactConsent: [actor, tenant, ["contact", Text]],
  createThread: [actor, ["request", NewThread]],
  deleteThread: [actor, thread],
  dismissMessage: [actor, message],
  dismissParkedEvent: [actor, event],
  editThread: [actor, thread, ["edit", ThreadEdit]],
  lineSettings: [actor, tenant],
  listMessages: [actor, thread, ["page", Schema.Struct(Page)]],
  listMessagesByStatus: [actor, ["query", StatusQuery]],
  listNumbers: [actor],
  listParkedEvents: [actor, ["page", Schema.Struct(Page)]],
  listReaders: [actor, thread],
  listThreads: [actor, ["query", ThreadQuery]],
  markRead: [actor, thread, ["messageId", Schema.NullOr(MessageId)]],
  platformSettings: [actor],
  recordConsent: [actor, tenant, ["contact", Text], ["status", Consent.Consent.fields.status]],
  resendMessage: [actor, message],
  retryParkedEvent: [actor, event],
  resetLineSetting: [actor, tenant, ["field", Text]],
  resetPlatformSetting: [actor, ["field", Text]],
  sendMessage: [actor, ["request", NewMessage]],
  viewThread: [actor, thread]
} satisfies Record<string, ReadonlyArray<Argument>>

const explain = SchemaIssue.makeFormatterStandardSchemaV1()

/** The field that a request is about where it is one of a record, else the argument. */
const refusal = (name: string, issue: SchemaIssue.Issue): InvalidRequest => {
  const [first] = explain(issue).issues
  const path = (first?.path ?? []).map(String)
  const field = name === "actor" || path.length === 0 ? [name, ...path] : path
  return new InvalidRequest({ field: field.join("."), message: first?.message ?? "is not valid" })
}

type Read<Wanted extends ReadonlyArray<Argument>> = {
  readonly [K in keyof Wanted]: Wanted[K][1] extends Schema.Codec<infer A, infer _I> ? A : never
}

/** The arguments as the use case takes them. */
export const readArguments = <const Wanted extends ReadonlyArray<Argument>>(
  wanted: Wanted,
  given: ReadonlyArray<unknown>
): Effect.Effect<Read<Wanted>, InvalidRequest> =>
  Effect.forEach(wanted, ([name, schema], index) =>
    Effect.mapError(Schema.decodeUnknownEffect(schema)(given[index]), ({ issue }) => refusal(name, issue))
  ) as Effect.Effect<Read<Wanted>, InvalidRequest>
