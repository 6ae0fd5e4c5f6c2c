/** Routes of site groupings, for system administrators. */
import * as Application from "@careline/application"
import type { SiteGroupingId } from "@careline/domain"
import { Effect, Schema } from "effect"
import { SYSTEM_ADMINS } from "../auth/Auth.ts"
import * as NumberApi from "./NumberApi.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const groupingId = (params: Readonly<Record<string, string>>) => params.id as SiteGroupingId

const list = route({
  method: "get",
  path: "/api/v1/site-groupings",
  operationId: "listSiteGroupings",
  allow: SYSTEM_ADMINS,
  summary: "List site groupings",
  description:
    "The list includes deactivated site groupings. A site grouping without a name is known because its data or its activation came first.",
  success: { status: 200, schema: Schema.Struct({ items: Schema.Array(NumberApi.SiteGroupingJson) }) },
  handle: Effect.fnUntraced(function* ({ caller }) {
    const groupings = yield* Application.listSiteGroupings(caller)
    return { status: 200, body: { items: groupings.map(NumberApi.siteGroupingJson) } }
  })
})

const create = route({
  method: "post",
  path: "/api/v1/site-groupings",
  operationId: "createSiteGrouping",
  allow: SYSTEM_ADMINS,
  summary: "Create a site grouping",
  description:
    "With `assignNumber` the site grouping begins with a number of the pool. An empty pool is no reason not to create it: `assignment` says what came of it.",
  body: Application.NewSiteGrouping,
  success: { status: 201, schema: NumberApi.SavedSiteGroupingJson },
  problems: { 409: "A site grouping with this id already exists" },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const saved = yield* Application.createSiteGrouping(caller, body)
    return { status: 201, body: NumberApi.savedSiteGroupingJson(saved) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/site-groupings/{id}",
  operationId: "getSiteGrouping",
  allow: SYSTEM_ADMINS,
  summary: "Get a site grouping",
  success: { status: 200, schema: NumberApi.SiteGroupingJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const grouping = yield* Application.viewSiteGrouping(caller, groupingId(params))
    return { status: 200, body: NumberApi.siteGroupingJson(grouping) }
  })
})

const edit = route({
  method: "patch",
  path: "/api/v1/site-groupings/{id}",
  operationId: "editSiteGrouping",
  allow: SYSTEM_ADMINS,
  summary: "Edit a site grouping",
  description:
    "The request renames the site grouping or reactivates a deactivated one. Its former numbers do not come back; `assignNumber` assigns it one of the pool unless it has one.",
  body: Application.SiteGroupingEdit,
  success: { status: 200, schema: NumberApi.SavedSiteGroupingJson },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const saved = yield* Application.editSiteGrouping(caller, groupingId(params), body)
    return { status: 200, body: NumberApi.savedSiteGroupingJson(saved) }
  })
})

const remove = route({
  method: "delete",
  path: "/api/v1/site-groupings/{id}",
  operationId: "deactivateSiteGrouping",
  allow: SYSTEM_ADMINS,
  summary: "Deactivate a site grouping",
  description:
    "The line is off, nobody works in the site grouping, and its numbers go into quarantine. Careline keeps its data. A repeated request changes nothing.",
  success: { status: 200, schema: NumberApi.DeactivationJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const deactivation = yield* Application.deactivateSiteGrouping(caller, groupingId(params))
    return { status: 200, body: NumberApi.deactivationJson(deactivation) }
  })
})

export const siteGroupings: ReadonlyArray<Route<Services>> = [list, create, get, edit, remove]
