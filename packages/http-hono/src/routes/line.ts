/** Settings, consent, and what could not be delivered to a tenant. */
import * as Application from "@careline/application"
import { Effect, Schema } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, READERS, STAFF, SYSTEM_ADMINS, tenantFor } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const TenantOnly = Schema.Struct({ siteGroupingId: Api.TenantQuery })

const settings = route({
  method: "get",
  path: "/api/v1/voip-settings",
  operationId: "getVoipSettings",
  allow: READERS,
  summary:
    "The settings that hold for a site grouping: its own, else the platform's, else the product's; `sources` says whose each is.",
  query: TenantOnly,
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
  summary:
    "Changes settings; what is not named stays as it is, and follows the platform where it is not the site grouping's own. `null` switches quiet hours, the limit, the auto-reply or the timer off.",
  query: TenantOnly,
  body: Api.SettingsEdit,
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
  summary: "Takes one of a site grouping's own settings back: it is inherited again.",
  query: TenantOnly,
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
  summary: "What every site grouping inherits that named nothing else.",
  query: Schema.Struct({}),
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
  summary:
    "Changes what every site grouping inherits; what is not named stays as it is. On-call numbers, previews, greetings and auto-replies are never inherited.",
  body: Api.PlatformSettingsEdit,
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
  summary: "Takes one of the platform's settings back: the product's holds again.",
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
  summary: "Whether a contact may be texted.",
  query: TenantOnly,
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
  summary: "Puts down, on a contact's behalf, whether it may be texted.",
  query: TenantOnly,
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
  summary:
    "Webhooks that were kept and could not be applied, newest first: texts and calls for numbers that are no tenant's, and events that failed.",
  query: Schema.Struct(Api.PageQuery),
  success: { status: 200, schema: Api.pageJson(Api.ParkedJson, "ParkedEventPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listParkedEvents(caller, Api.pageOf(query))
    return { status: 200, body: { items: page.items.map(Api.parkedJson), nextCursor: page.nextCursor } }
  })
})

const noEvent = { 404: "There is no such parked event, or the number that it came for is still no tenant's" }

const retryParked = route({
  method: "post",
  path: "/api/v1/parked-events/{id}/retry",
  operationId: "retryParkedEvent",
  allow: SYSTEM_ADMINS,
  summary: "Applies a parked event again, as if it had never failed.",
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
  summary: "Puts a parked event away: it is applied to nothing.",
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
