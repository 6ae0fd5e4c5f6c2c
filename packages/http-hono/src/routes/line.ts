/** Routes of settings, consent and parked events. */
import * as Application from "@careline/application"
import { Effect } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, READERS, STAFF, SYSTEM_ADMINS, tenantFor } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const settings = route({
  method: "get",
  path: "/api/v1/voip-settings",
  operationId: "getVoipSettings",
  allow: READERS,
  summary: "Get the settings of a site grouping",
  description:
    "Each setting is the site grouping's own, else the platform's, else the product's. `sources` tells which one applies.",
  query: Api.TenantOnly,
  success: { status: 200, schema: Api.SettingsJson },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    return { status: 200, body: yield* Application.lineSettings(caller, tenant) }
  })
})

const changeSettings = route({
  method: "put",
  path: "/api/v1/voip-settings",
  operationId: "putVoipSettings",
  allow: ADMINS,
  summary: "Change the settings of a site grouping",
  description:
    "A setting that the request does not name stays as it is: an inherited one goes on following the platform. `null` switches quiet hours, the daily limit, the auto-reply or the escalation timer off.",
  query: Api.TenantOnly,
  body: Application.SettingsEdit,
  success: { status: 200, schema: Api.SettingsJson },
  handle: Effect.fnUntraced(function* ({ body, caller, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    return { status: 200, body: yield* Application.changeLineSettings(caller, tenant, body) }
  })
})

const resetSetting = route({
  method: "delete",
  path: "/api/v1/voip-settings/{field}",
  operationId: "resetVoipSetting",
  allow: ADMINS,
  summary: "Reset a setting of a site grouping",
  description: "The site grouping drops its own value and inherits the setting again.",
  query: Api.TenantOnly,
  success: { status: 200, schema: Api.SettingsJson },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    return { status: 200, body: yield* Application.resetLineSetting(caller, tenant, params.field ?? "") }
  })
})

const platform = route({
  method: "get",
  path: "/api/v1/platform-settings",
  operationId: "getPlatformSettings",
  allow: SYSTEM_ADMINS,
  summary: "Get the platform settings",
  description: "A site grouping inherits each of these settings unless it names its own.",
  success: { status: 200, schema: Api.PlatformSettingsJson },
  handle: Effect.fnUntraced(function* ({ caller }) {
    return { status: 200, body: yield* Application.platformSettings(caller) }
  })
})

const changePlatform = route({
  method: "put",
  path: "/api/v1/platform-settings",
  operationId: "putPlatformSettings",
  allow: SYSTEM_ADMINS,
  summary: "Change the platform settings",
  description:
    "A site grouping inherits each of these settings unless it names its own. A setting that the request does not name stays as it is. On-call numbers, previews, greetings and auto-replies are never inherited.",
  body: Application.PlatformSettingsEdit,
  success: { status: 200, schema: Api.PlatformSettingsJson },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    return { status: 200, body: yield* Application.changePlatformSettings(caller, body) }
  })
})

const resetPlatform = route({
  method: "delete",
  path: "/api/v1/platform-settings/{field}",
  operationId: "resetPlatformSetting",
  allow: SYSTEM_ADMINS,
  summary: "Reset a platform setting",
  description: "The platform drops its own value, and the product's applies again.",
  success: { status: 200, schema: Api.PlatformSettingsJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: yield* Application.resetPlatformSetting(caller, params.field ?? "") }
  })
})

const contact = Effect.fnUntraced(function* (params: Readonly<Record<string, string>>) {
  const parsed = Api.contactOfPath(params.e164 ?? "")
  return parsed ?? (yield* new Application.InvalidRequest({ field: "e164", message: "must be a valid E.164 number" }))
})

const consent = route({
  method: "get",
  path: "/api/v1/contacts/{e164}/consent",
  operationId: "getConsent",
  allow: READERS,
  summary: "Get the consent of a contact",
  description: "The consent tells whether Careline may text the contact.",
  query: Api.TenantOnly,
  success: { status: 200, schema: Api.ConsentJson },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    return {
      status: 200,
      body: Api.consentJson(yield* Application.contactConsent(caller, tenant, yield* contact(params)))
    }
  })
})

const recordConsent = route({
  method: "put",
  path: "/api/v1/contacts/{e164}/consent",
  operationId: "putConsent",
  allow: STAFF,
  summary: "Record the consent of a contact",
  description: "Staff record on the contact's behalf whether Careline may text them.",
  query: Api.TenantOnly,
  body: Api.NewConsent,
  success: { status: 200, schema: Api.ConsentJson },
  handle: Effect.fnUntraced(function* ({ body, caller, params, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    const recorded = yield* Application.recordConsent(caller, tenant, yield* contact(params), body.status)
    return { status: 200, body: Api.consentJson(recorded) }
  })
})

const parked = route({
  method: "get",
  path: "/api/v1/parked-events",
  operationId: "listParkedEvents",
  allow: SYSTEM_ADMINS,
  summary: "List parked events",
  description:
    "A parked event is a webhook that Careline stored and could not apply: an unrouted text or call, whose number has no tenant, or an event that failed. The newest event comes first.",
  query: Application.PageQuery,
  success: { status: 200, schema: Api.pageJson(Api.ParkedJson, "ParkedEventPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listParkedEvents(caller, query)
    return { status: 200, body: { items: page.items.map(Api.parkedJson), nextCursor: page.nextCursor } }
  })
})

const noEvent = { 404: "There is no such parked event, or the number that it came for still has no tenant" }

const retryParked = route({
  method: "post",
  path: "/api/v1/parked-events/{id}/retry",
  operationId: "retryParkedEvent",
  allow: SYSTEM_ADMINS,
  summary: "Retry a parked event",
  description: "Careline applies the event again, as if it had never failed.",
  success: { status: 204, schema: null },
  problems: noEvent,
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    yield* Application.retryParkedEvent(caller, params.id ?? "")
    return { status: 204 }
  })
})

const dismissParked = route({
  method: "post",
  path: "/api/v1/parked-events/{id}/dismiss",
  operationId: "dismissParkedEvent",
  allow: SYSTEM_ADMINS,
  summary: "Dismiss a parked event",
  description: "The event leaves the list, and Careline applies it to nothing.",
  success: { status: 204, schema: null },
  problems: { 404: "There is no such parked event" },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    yield* Application.dismissParkedEvent(caller, params.id ?? "")
    return { status: 204 }
  })
})

export const line: ReadonlyArray<Route<Services>> = [
  settings,
  changeSettings,
  resetSetting,
  platform,
  changePlatform,
  resetPlatform,
  consent,
  recordConsent,
  parked,
  retryParked,
  dismissParked
]
