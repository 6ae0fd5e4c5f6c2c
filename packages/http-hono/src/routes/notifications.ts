/** Texts that leave by themselves when their time has come. */
import * as Application from "@careline/application"
import type { NotificationId } from "@careline/domain"
import { Effect, Schema, Struct } from "effect"
import { TenantJson, tenantOf, TenantQuery, tenantOfQuery } from "./Api.ts"
import { narrowTo, READERS, STAFF, tenantFor } from "../auth/Auth.ts"
import * as NotificationApi from "./NotificationApi.ts"
import { idempotencyKey } from "../openapi/IdempotencyKey.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const notificationId = (params: Readonly<Record<string, string>>) => params.id as NotificationId

/** Where the caller works, unless it says where. Two requests are one by their header. */
const NewMessage = Schema.Struct({
  ...Struct.omit(Application.MessageRequest.fields, ["idempotencyKey", "siteGroupingId"]),
  siteGroupingId: Schema.optionalKey(TenantJson)
}).annotate({ identifier: "MessageRequest" })

const send = route({
  method: "post",
  path: "/api/v1/messages",
  operationId: "scheduleMessage",
  allow: STAFF,
  summary: "Send a message to a contact, now or later",
  description:
    "The message has words of its own (`body`) or is made of the published version of a template (`templateId`, `data`, `language`) when it leaves. It leaves at `sendAt`, or now, unless quiet hours put it off, and not after `validUntil`. What may not be sent is refused with the reason.",
  body: NewMessage,
  headers: [{ name: "Idempotency-Key", description: "Two requests with one key are one." }],
  success: { status: 201, schema: NotificationApi.NotificationJson },
  problems: { 409: "The send policy refuses it (`reason`), or the template makes no text of the data" },
  handle: Effect.fnUntraced(function* (request) {
    const { body, caller } = request
    const view = yield* Application.scheduleMessage(caller, {
      ...body,
      siteGroupingId: yield* tenantFor(caller, tenantOf(body.siteGroupingId)),
      idempotencyKey: yield* idempotencyKey(request)
    })
    return { status: 201, body: NotificationApi.notificationJson(view) }
  })
})

/** Which notifications, where the caller works or of one site grouping. */
export const NotificationQuery = Schema.Struct({ ...Application.NotificationQuery.fields, siteGroupingId: TenantQuery })

export const list = route({
  method: "get",
  path: "/api/v1/notifications",
  operationId: "listNotifications",
  allow: READERS,
  summary: "List notifications",
  description:
    "The newest notification comes first. `kind`, `state` and the time that it was made at narrow the list; `total=true` counts all that there are.",
  query: NotificationQuery,
  success: { status: 200, schema: NotificationApi.NotificationPage },
  handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...query } }) {
    const narrowed = yield* narrowTo(caller, tenantOfQuery(siteGroupingId))
    const { items, nextCursor, total } = yield* Application.listNotifications(narrowed, query)
    return { status: 200, body: { items: items.map(NotificationApi.notificationJson), nextCursor, total } }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/notifications/{id}",
  operationId: "getNotification",
  allow: READERS,
  summary: "Get a notification",
  success: { status: 200, schema: NotificationApi.NotificationJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const view = yield* Application.viewNotification(caller, notificationId(params))
    return { status: 200, body: NotificationApi.notificationJson(view) }
  })
})

const edit = route({
  method: "patch",
  path: "/api/v1/notifications/{id}",
  operationId: "editNotification",
  allow: STAFF,
  summary: "Edit a scheduled notification",
  description: "What the request does not name stays as it is. What has left, or will not leave, cannot be changed.",
  body: Application.NotificationEdit,
  success: { status: 200, schema: NotificationApi.NotificationJson },
  problems: { 409: "The notification is not scheduled any more (`state`), or the template makes no text of the data" },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const view = yield* Application.editNotification(caller, notificationId(params), body)
    return { status: 200, body: NotificationApi.notificationJson(view) }
  })
})

const withdraw = route({
  method: "delete",
  path: "/api/v1/notifications/{id}",
  operationId: "withdrawNotification",
  allow: STAFF,
  summary: "Withdraw a scheduled notification",
  description: "The notification does not leave, and stays in the list. A repeated request changes nothing.",
  success: { status: 200, schema: NotificationApi.NotificationJson },
  problems: { 409: "The notification is not scheduled any more (`state`)" },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const view = yield* Application.withdrawNotification(caller, notificationId(params))
    return { status: 200, body: NotificationApi.notificationJson(view) }
  })
})

export const notifications: ReadonlyArray<Route<Services>> = [send, list, get, edit, withdraw]
