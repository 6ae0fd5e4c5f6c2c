/** Who looked at what, and access in an emergency. */
import * as Application from "@careline/application"
import type { BreakGlassId } from "@careline/domain"
import { Effect, Schema } from "effect"
import * as AccessApi from "./AccessApi.ts"
import * as Api from "./Api.ts"
import { ADMINS, AUDITORS, isAllowed, STAFF, tenantFor } from "../auth/Auth.ts"
import { instantOf } from "../http/Instant.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const audit = route({
  method: "get",
  path: "/api/v1/audit-log",
  operationId: "listAuditLog",
  allow: AUDITORS,
  summary:
    "Who did or saw what of whose data, and why, the newest first. `startDate` (from then on) and `endDate` (before then) are ISO 8601. To look here is written down as well.",
  query: AccessApi.AuditLogQuery,
  success: { status: 200, schema: Api.pageJson(AccessApi.AuditEntryJson, "AuditPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const { action, actor, patientId, siteGroupingId, subject } = query
    const tenant =
      siteGroupingId === undefined ? undefined : yield* tenantFor(caller, Api.tenantOfQuery(siteGroupingId))
    const page = yield* Application.listAudit(tenant === undefined ? caller : { ...caller, scope: [tenant] }, {
      ...Api.pageOf(query),
      actor,
      action,
      subject,
      patientId,
      from: instantOf(query.startDate),
      to: instantOf(query.endDate)
    })
    return { status: 200, body: { items: page.items.map(AccessApi.auditEntryJson), nextCursor: page.nextCursor } }
  })
})

const open = route({
  method: "post",
  path: "/api/v1/break-glass",
  operationId: "breakGlass",
  // Who sees everything has nothing to break.
  allow: ["SITE_ADMIN", "CLINICIAN"],
  summary:
    "Opens a site grouping that is not the caller's to them, for a while and for a reason. Whoever watches over it is alerted. Requests that name the id in `X-Break-Glass` are within it.",
  body: AccessApi.NewBreakGlass,
  success: { status: 201, schema: AccessApi.BreakGlassJson },
  problems: {
    404: "There is no such site grouping, or it is deactivated",
    429: "The caller opened as many within an hour as one may"
  },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const glass = yield* Application.breakGlass(caller, {
      siteGroupingId: Api.tenantOf(body.siteGroupingId),
      reason: body.reason,
      minutes: body.minutes ?? null
    })
    return { status: 201, body: AccessApi.breakGlassJson(glass) }
  })
})

const close = route({
  method: "delete",
  path: "/api/v1/break-glass/{id}",
  operationId: "closeBreakGlass",
  allow: STAFF,
  summary: "Gives an access back before its time. An administrator ends those of others to their site groupings.",
  success: { status: 204, schema: null },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    yield* Application.closeBreakGlass(caller, params.id as BreakGlassId, isAllowed(caller, ADMINS))
    return { status: 204 }
  })
})

const list = route({
  method: "get",
  path: "/api/v1/break-glass",
  operationId: "listBreakGlasses",
  allow: AUDITORS,
  summary: "Accesses in an emergency to the caller's site groupings, the newest first.",
  query: Schema.Struct(Api.PageQuery),
  success: { status: 200, schema: Api.pageJson(AccessApi.BreakGlassJson, "BreakGlassPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listBreakGlasses(caller, Api.pageOf(query))
    return { status: 200, body: { items: page.items.map(AccessApi.breakGlassJson), nextCursor: page.nextCursor } }
  })
})

export const access: ReadonlyArray<Route<Services>> = [audit, open, close, list]
