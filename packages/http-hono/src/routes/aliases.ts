/**
 * Paths that clients of other systems know, as aliases: each translates its request into that of an operation, which alone
 * decides and audits, and the operation's answer into the shape that such a client reads. `docs/aliases.md` lists them.
 */
import { createThread, InvalidRequest, NewAssignment, NotFound } from "@careline/application"
import { Call, type Notification, Text, VoipSettings } from "@careline/domain"
import { Effect, Schema, Struct } from "effect"
import { MessageJson, pageJson, TenantJson, TenantOnly, tenantOf, tenantOfQuery } from "./Api.ts"
import { tenantFor } from "../auth/Auth.ts"
import type { CallLogJson } from "./CallApi.ts"
import { CallLogPage, CallLogQuery } from "./CallApi.ts"
import { list as listCallLogs } from "./calls.ts"
import { NumberJson, PendingAssignmentJson } from "./NumberApi.ts"
import { type NotificationJson, NotificationPage } from "./NotificationApi.ts"
import { list as listNotifications, NotificationQuery } from "./notifications.ts"
import { assign as assignPhoneNumber, list as listPhoneNumbers } from "./numbers.ts"
import { type Request, type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"
import { send as sendMessage } from "./threads.ts"

export interface Alias {
  readonly route: Route<Services>
  /** The operation that it stands for. */
  readonly of: Route<Services>
  /** How its request and its answer are translated, in words. */
  readonly request: string
  readonly answer: string
}

/** A request without what the operation and its alias share. */
type Asked = Partial<Pick<Request<unknown, unknown>, "body" | "params" | "query">>

/** What stands in an answer beside `success`. */
type Fields = Readonly<Record<string, Schema.Codec<unknown, unknown>>>

/** How one of the operation's answers is told: by its schema, in fields beside `success`. */
interface Telling<Body, Answer extends Fields, Query> {
  readonly from: Schema.Codec<Body, unknown>
  readonly to: Answer
  readonly tell: (body: Body, query: Query) => Effect.Effect<Schema.Struct.Type<Answer>, NotFound>
}

const successful = <Answer extends Fields>(fields: Answer) =>
  Schema.Struct({ success: Schema.Literal(true), ...fields })

/** Of a fault that the operation finds, the name that the field has in the alias. */
const renamed = (names: Readonly<Record<string, string>>) => (error: unknown) =>
  error instanceof InvalidRequest
    ? new InvalidRequest({ field: names[error.field] ?? error.field, message: error.message })
    : error

/** An alias of an operation: allowed to whom the operation is. */
const alias = <
  Body,
  Answer extends Fields,
  Query = null,
  Given = null,
  OtherBody = unknown,
  Other extends Fields = Fields
>(
  options: Pick<Route<Services>, "operationId" | "path" | "summary"> & {
    readonly of: Route<Services>
    readonly query?: Schema.Codec<Query, unknown>
    readonly body?: Schema.Codec<Given, unknown>
    readonly isBodyOptional?: boolean
    /** The names that fields of the operation have in the alias, where they are others. */
    readonly names?: Readonly<Record<string, string>>
    /** The request of the operation. */
    readonly ask: (request: Request<Query, Given>) => Effect.Effect<Asked, unknown, Services>
    readonly success: Telling<Body, Answer, Query>
    /** Of the operation's other answer, where it has one. */
    readonly alternative?: Telling<OtherBody, Other, Query>
    readonly in: string
    readonly out: string
  }
): Alias => {
  const { alternative, ask, body, isBodyOptional, names = {}, of, operationId, path, query, success, summary } = options
  const other = of.alternative
  return {
    of,
    request: options.in,
    answer: options.out,
    route: route({
      method: of.method,
      path,
      operationId,
      allow: of.allow,
      summary,
      description: `An alias of \`${of.method.toUpperCase()} ${of.path}\`.`,
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body }),
      ...(isBodyOptional === undefined ? {} : { isBodyOptional }),
      headers: of.headers,
      success: { status: of.success.status, schema: successful(success.to) },
      ...(other === null || alternative === undefined
        ? {}
        : { alternative: { ...other, schema: successful(alternative.to) } }),
      problems: of.problems,
      handle: Effect.fnUntraced(
        function* (request: Request<Query, Given>) {
          const asked = yield* ask(request)
          const response = yield* of.handle({ ...request, ...asked })
          // The operation's own schema made it.
          const told =
            alternative !== undefined && response.status === other?.status
              ? yield* alternative.tell(response.body as OtherBody, request.query)
              : yield* success.tell(response.body as Body, request.query)
          return { ...response, body: { success: true, ...told } }
        },
        Effect.mapError(renamed(names))
      )
    })
  }
}

/** Characters of a phone number in any way of writing: of one with spaces, brackets and a prefix there are half as many. */
const MAX_PHONE_NUMBER = 64

/** Items of a page where a request does not say how many, as the telephony module has it. */
const ITEMS_OF_A_PAGE = 50

const TelephonyCallLog = Schema.Struct({
  id: Schema.String,
  tenantId: Schema.NullOr(Schema.String),
  callSid: Schema.NullOr(Schema.String),
  fromNumber: Schema.String,
  toNumber: Schema.String,
  startTime: Schema.String,
  endTime: Schema.NullOr(Schema.String),
  durationSeconds: Schema.NullOr(Schema.Int),
  callReason: Schema.NullOr(Call.Reason),
  notes: Schema.NullOr(Schema.String)
}).annotate({ identifier: "TelephonyCallLog" })

const isReason = Schema.is(Call.Reason)

const telephonyCallLog = (log: typeof CallLogJson.Type): typeof TelephonyCallLog.Type => ({
  id: log.id,
  tenantId: log.siteGroupingId,
  callSid: log.providerCallId,
  fromNumber: log.fromNumber,
  toNumber: log.toNumber,
  startTime: log.createdAt,
  endTime: log.endedAt,
  durationSeconds: log.duration,
  callReason: log.reason === null || isReason(log.reason) ? log.reason : "OTHER",
  notes: log.notes
})

/** A text to whom has the number: what the telephony module calls a customer. */
const TelephonySms = Schema.Struct({
  phoneNumber: Schema.NonEmptyString.check(
    Schema.isMaxLength(MAX_PHONE_NUMBER),
    Schema.isPattern(/^[^@]*$/, { message: "must be a phone number" })
  ),
  message: Text.Words(VoipSettings.MAX_TEXT_LENGTH),
  siteGroupingId: Schema.optionalKey(TenantJson)
}).annotate({ identifier: "TelephonySms" })

const TelephonyProvisioning = Schema.Struct({
  areaCode: NewAssignment.fields.areaCode,
  siteGroupingId: Schema.optionalKey(TenantJson)
}).annotate({ identifier: "TelephonyProvisioning" })

/** What the telephony module calls the states of a notification. */
const notificationStates = {
  QUEUED: ["scheduled", "delivering"],
  SENT: ["sent", "delivered"],
  FAILED: ["failed", "undecided", "withdrawn", "expired", "refused"]
} as const satisfies Readonly<Record<string, ReadonlyArray<Notification.NotificationState>>>

const STATUSES = ["QUEUED", "SENT", "FAILED"] as const satisfies ReadonlyArray<keyof typeof notificationStates>

const TelephonyNotification = Schema.Struct({
  id: Schema.String,
  tenantId: Schema.NullOr(Schema.String),
  type: Schema.Literal("SMS"),
  recipient: Schema.String,
  message: Schema.NullOr(Schema.String),
  status: Schema.Literals(STATUSES),
  relatedAppointmentId: Schema.Null,
  sentAt: Schema.NullOr(Schema.String),
  failureReason: Schema.NullOr(Schema.String)
}).annotate({ identifier: "TelephonyNotification" })

const telephonyNotification = (of: typeof NotificationJson.Type): typeof TelephonyNotification.Type => {
  const status = STATUSES.find((one) =>
    (notificationStates[one] as ReadonlyArray<Notification.NotificationState>).includes(of.state)
  )!
  return {
    id: of.id,
    tenantId: of.siteGroupingId,
    type: "SMS",
    recipient: of.contact,
    message: of.body,
    status,
    relatedAppointmentId: null,
    sentAt: status === "SENT" ? of.sendAt : null,
    failureReason: status === "FAILED" ? (of.reason ?? of.state) : null
  }
}

export const aliases: ReadonlyArray<Alias> = [
  alias({
    path: "/api/telephony/call-logs",
    operationId: "listTelephonyCallLogs",
    summary: "List calls, page by page from an offset",
    of: listCallLogs,
    query: Schema.Struct(
      Struct.pick(CallLogQuery.fields, ["endDate", "limit", "offset", "siteGroupingId", "startDate"])
    ),
    ask: ({ query }) => Effect.succeed({ query: { ...query, withTotal: true } }),
    success: {
      from: CallLogPage,
      to: {
        data: Schema.Struct({
          callLogs: Schema.Array(TelephonyCallLog),
          total: Schema.Int,
          limit: Schema.Int,
          offset: Schema.Int
        })
      },
      tell: ({ items, total }, { limit = ITEMS_OF_A_PAGE, offset = 0 }) =>
        Effect.succeed({ data: { callLogs: items.map(telephonyCallLog), total: total!, limit, offset } })
    },
    in: "`limit` and `offset` in the place of `cursor`; the total is always counted",
    out: "`data.callLogs`, `total`, `limit`, `offset`; of a call `tenantId`, `callSid`, `startTime`, `endTime`, `durationSeconds` and `callReason`, which is `OTHER` for a reason in staff's own words. No `recordingUrl`: the recording hangs on the message of the call"
  }),
  alias({
    path: "/api/telephony/notifications",
    operationId: "listTelephonyNotifications",
    summary: "List notifications, page by page from an offset",
    of: listNotifications,
    query: Schema.Struct({
      ...Struct.pick(NotificationQuery.fields, ["limit", "offset", "siteGroupingId"]),
      type: Schema.optionalKey(Schema.Literals(["SMS", "EMAIL"])),
      status: Schema.optionalKey(Schema.Literals(STATUSES))
    }),
    ask: ({ query: { limit, offset, siteGroupingId, status } }) =>
      Effect.succeed({
        query: {
          limit,
          offset,
          siteGroupingId,
          total: true,
          state: status === undefined ? undefined : notificationStates[status]
        }
      }),
    success: {
      from: NotificationPage,
      to: {
        data: Schema.Struct({
          notifications: Schema.Array(TelephonyNotification),
          total: Schema.Int,
          limit: Schema.Int,
          offset: Schema.Int
        })
      },
      // Nothing is sent by e-mail.
      tell: ({ items, total }, { limit = ITEMS_OF_A_PAGE, offset = 0, type }) =>
        Effect.succeed({
          data: {
            notifications: type === "EMAIL" ? [] : items.map(telephonyNotification),
            total: type === "EMAIL" ? 0 : total!,
            limit,
            offset
          }
        })
    },
    in: "`limit` and `offset` in the place of `cursor`; the total is always counted. `type` is `SMS` of each, and `status` is `QUEUED`, `SENT` or `FAILED`",
    out: "`data.notifications`, `total`, `limit`, `offset`; of a notification `tenantId`, `type`, `recipient`, `message`, `status`, `sentAt` and `failureReason`. `FAILED` are also those that were withdrawn, refused or too late"
  }),
  alias({
    path: "/api/telephony/phone-number",
    operationId: "getTelephonyPhoneNumber",
    summary: "Get the number that a site grouping texts from",
    of: listPhoneNumbers,
    query: TenantOnly,
    ask: ({ caller, query }) =>
      Effect.map(tenantFor(caller, tenantOfQuery(query.siteGroupingId)), (tenant) => ({
        query: { siteGroupingId: tenant ?? "" }
      })),
    success: {
      from: pageJson(NumberJson, "PhoneNumberPage"),
      to: { data: Schema.Struct({ phoneNumber: Schema.String }) },
      tell: ({ items }) => {
        const inService = items.filter(({ status }) => status === "assigned")
        const found = inService.find(({ isDefault }) => isDefault) ?? inService[0]
        return found === undefined
          ? Effect.fail(new NotFound({ entity: "phoneNumber" }))
          : Effect.succeed({ data: { phoneNumber: found.number } })
      }
    },
    in: "`siteGroupingId`, or that of the caller where they have one",
    out: "`data.phoneNumber`: the default of the numbers in service, else the oldest; 404 where there is none"
  }),
  alias({
    path: "/api/telephony/sms",
    operationId: "sendTelephonySms",
    summary: "Text a contact by phone number",
    of: sendMessage,
    body: TelephonySms,
    names: { externalContact: "phoneNumber", content: "message" },
    ask: Effect.fnUntraced(function* ({ body: { message, phoneNumber, siteGroupingId }, caller }) {
      const tenant = yield* tenantFor(caller, tenantOf(siteGroupingId))
      const threadId = yield* createThread(caller, { siteGroupingId: tenant, externalContact: phoneNumber }).pipe(
        Effect.map(({ thread }) => thread.id as string),
        Effect.catchTag("ThreadExists", ({ threadId: open }) => Effect.succeed(open))
      )
      return { params: { id: threadId }, body: { content: message } }
    }),
    success: {
      from: MessageJson,
      to: { message: Schema.String, data: Schema.Struct({ id: Schema.String, threadId: Schema.String }) },
      tell: ({ externalThreadId, id }) =>
        Effect.succeed({ message: "The SMS is queued", data: { id, threadId: externalThreadId } })
    },
    in: "`phoneNumber` and `message`, and `siteGroupingId` where the caller has several; the thread of the contact is found, or opened as `POST /api/v1/external-threads` does. It texts contacts: an `employeeId` is refused",
    out: "`message` in words, `data.id` and `data.threadId`: the text is queued, and the message's `deliveryStatus` tells what becomes of it"
  }),
  alias({
    path: "/api/telephony/provision-phone",
    operationId: "provisionTelephonyPhone",
    summary: "Give a site grouping a phone number",
    of: assignPhoneNumber,
    body: TelephonyProvisioning,
    isBodyOptional: true,
    ask: Effect.fnUntraced(function* ({ body: { siteGroupingId, ...body }, caller }) {
      const tenant = yield* tenantFor(caller, tenantOf(siteGroupingId))
      return { params: { id: tenant ?? "" }, body }
    }),
    success: {
      from: NumberJson,
      to: { data: Schema.Struct({ phoneNumber: Schema.String }) },
      tell: ({ number }) => Effect.succeed({ data: { phoneNumber: number } })
    },
    alternative: {
      from: PendingAssignmentJson,
      to: { data: Schema.Struct({ phoneNumber: Schema.Null, pendingAssignmentId: Schema.String }) },
      tell: ({ id }) => Effect.succeed({ data: { phoneNumber: null, pendingAssignmentId: id } })
    },
    in: "`siteGroupingId`, or that of the caller where they have one, and an `areaCode`, both optional; a site grouping with a number in service gets that one",
    out: "`data.phoneNumber`; with 202 it is `null`, and `data.pendingAssignmentId` names the wait for the number that is being bought"
  })
]
