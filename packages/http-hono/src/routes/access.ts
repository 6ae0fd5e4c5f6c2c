/** Routes of the audit log and of access in an emergency. */
import * as Application from "@careline/application"
import type { BreakGlassId } from "@careline/domain"
import { Effect } from "effect"
import * as AccessApi from "./AccessApi.ts"
import * as Api from "./Api.ts"
import { ADMINS, AUDITORS, isAllowed, narrowTo, STAFF } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const audit = route({
  method: "get",
  path: "/api/v1/audit-log",
  operationId: "listAuditLog",
  allow: AUDITORS,
  summary: "List audit log entries",
  description:
    "Each entry tells who did or saw what, whose data it was, and why. The newest entry comes first. `startDate` is inclusive and `endDate` exclusive; both are ISO 8601. Reading the audit log adds an entry to it.",
  query: AccessApi.AuditLogQuery,
  success: { status: 200, schema: Api.pageJson(AccessApi.AuditEntryJson, "AuditPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const { siteGroupingId, ...filters } = query
    const within = yield* narrowTo(caller, Api.tenantOfQuery(siteGroupingId))
    const page = yield* Application.listAudit(within, filters)
    return { status: 200, body: { items: page.items.map(AccessApi.auditEntryJson), nextCursor: page.nextCursor } }
  })
})

const open = route({
  method: "post",
  path: "/api/v1/break-glass",
  operationId: "breakGlass",
  // Who sees everything has nothing to break.
  allow: ["SITE_ADMIN", "CLINICIAN"],
  summary: "Break the glass for one site grouping",
  description:
    "The caller gets emergency access, for a while and for a reason, to a site grouping that is not theirs. Careline alerts whoever watches over it. Requests that name the id in `X-Break-Glass` run under this access.",
  body: AccessApi.NewBreakGlass,
  success: { status: 201, schema: AccessApi.BreakGlassJson },
  problems: {
    404: "The site grouping does not exist or is deactivated",
    429: "The caller has opened as many emergency accesses within an hour as allowed"
  },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const glass = yield* Application.breakGlass(caller, {
      ...body,
      siteGroupingId: Api.tenantOf(body.siteGroupingId)
    })
    return { status: 201, body: AccessApi.breakGlassJson(glass) }
  })
})

const close = route({
  method: "delete",
  path: "/api/v1/break-glass/{id}",
  operationId: "closeBreakGlass",
  allow: STAFF,
  summary: "End an emergency access",
  description:
    "The access ends before its time. Callers end their own accesses; an administrator also ends those of others to the administrator's site groupings.",
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
  summary: "List emergency accesses",
  description: "The list covers the accesses to the caller's site groupings. The newest access comes first.",
  query: Application.PageQuery,
  success: { status: 200, schema: Api.pageJson(AccessApi.BreakGlassJson, "BreakGlassPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listBreakGlasses(caller, query)
    return { status: 200, body: { items: page.items.map(AccessApi.breakGlassJson), nextCursor: page.nextCursor } }
  })
})

export const access: ReadonlyArray<Route<Services>> = [audit, open, close, list]
