/**
 * Paths that clients of other systems know, as aliases: each translates its request into that of an operation, which alone
 * decides and audits, and the operation's answer into the shape that such a client reads. `docs/aliases.md` lists them.
 */
import { NotFound } from "@careline/application"
import { Call } from "@careline/domain"
import { Effect, Schema, Struct } from "effect"
import { pageJson, TenantQuery, tenantOfQuery } from "./Api.ts"
import { tenantFor } from "../auth/Auth.ts"
import type { CallLogJson } from "./CallApi.ts"
import { CallLogPage, CallLogQuery } from "./CallApi.ts"
import { list as listCallLogs } from "./calls.ts"
import { NumberJson } from "./NumberApi.ts"
import { list as listPhoneNumbers } from "./numbers.ts"
import { type Request, type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

export interface Alias {
  readonly route: Route<Services>
  /** The operation that it stands for. */
  readonly of: Route<Services>
  /** How its query and its answer are translated, in words. */
  readonly query: string
  readonly answer: string
}

/** An alias of an operation: allowed to whom the operation is. */
const alias = <Query, Body extends Schema.Codec<unknown, unknown>, Answer extends Schema.Codec<unknown, unknown>>(
  options: Pick<Route<Services>, "operationId" | "path" | "summary"> & {
    readonly of: Route<Services>
    readonly in: Schema.Codec<Query, unknown>
    /** The query of the operation. */
    readonly ask: (request: Request<Query, null>) => Effect.Effect<unknown, unknown, Services>
    /** What the operation answers, and what is made of it: the `data` beside `success`. */
    readonly body: Body
    readonly data: Answer
    readonly tell: (body: Body["Type"], query: Query) => Effect.Effect<Answer["Type"], NotFound>
    readonly query: string
    readonly answer: string
  }
): Alias => {
  const { answer, ask, data, in: query, of, operationId, path, summary, tell } = options
  return {
    of,
    query: options.query,
    answer,
    route: route({
      method: of.method,
      path,
      operationId,
      allow: of.allow,
      summary,
      description: `An alias of \`${of.method.toUpperCase()} ${of.path}\`.`,
      query,
      success: { status: of.success.status, schema: Schema.Struct({ success: Schema.Literal(true), data }) },
      problems: of.problems,
      handle: Effect.fnUntraced(function* (request: Request<Query, null>) {
        const response = yield* of.handle({ ...request, query: yield* ask(request) })
        // The operation's own schema made it.
        return {
          ...response,
          body: { success: true, data: yield* tell(response.body as Body["Type"], request.query) }
        }
      })
    })
  }
}

/** Calls of a page where a request does not say how many, as the telephony module has it. */
const CALLS_OF_A_PAGE = 50

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

export const aliases: ReadonlyArray<Alias> = [
  alias({
    path: "/api/telephony/call-logs",
    operationId: "listTelephonyCallLogs",
    summary: "List calls, page by page from an offset",
    of: listCallLogs,
    in: Schema.Struct(Struct.pick(CallLogQuery.fields, ["endDate", "limit", "offset", "siteGroupingId", "startDate"])),
    ask: ({ query }) => Effect.succeed({ ...query, withTotal: true }),
    body: CallLogPage,
    data: Schema.Struct({
      callLogs: Schema.Array(TelephonyCallLog),
      total: Schema.Int,
      limit: Schema.Int,
      offset: Schema.Int
    }),
    tell: ({ items, total }, { limit = CALLS_OF_A_PAGE, offset = 0 }) =>
      Effect.succeed({ callLogs: items.map(telephonyCallLog), total: total!, limit, offset }),
    query: "`limit` and `offset` in the place of `cursor`; the total is always counted",
    answer:
      "`data.callLogs`, `total`, `limit`, `offset`; of a call `tenantId`, `callSid`, `startTime`, `endTime`, `durationSeconds` and `callReason`, which is `OTHER` for a reason in staff's own words. No `recordingUrl`: the recording hangs on the message of the call"
  }),
  alias({
    path: "/api/telephony/phone-number",
    operationId: "getTelephonyPhoneNumber",
    summary: "Get the number that a site grouping texts from",
    of: listPhoneNumbers,
    in: Schema.Struct({ siteGroupingId: TenantQuery }),
    ask: ({ caller, query }) =>
      Effect.map(tenantFor(caller, tenantOfQuery(query.siteGroupingId)), (tenant) => ({
        siteGroupingId: tenant ?? ""
      })),
    body: pageJson(NumberJson, "PhoneNumberPage"),
    data: Schema.Struct({ phoneNumber: Schema.String }),
    tell: ({ items }) => {
      const inService = items.filter(({ status }) => status === "assigned")
      const found = inService.find(({ isDefault }) => isDefault) ?? inService[0]
      return found === undefined
        ? Effect.fail(new NotFound({ entity: "phoneNumber" }))
        : Effect.succeed({ phoneNumber: found.number })
    },
    query: "`siteGroupingId`, or that of the caller where they have one",
    answer: "`data.phoneNumber`: the default of the numbers in service, else the oldest; 404 where there is none"
  })
]
