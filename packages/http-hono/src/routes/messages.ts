/** Routes of messages over all threads, by delivery status, and of decisions about those of unknown outcome. */
import * as Application from "@careline/application"
import type { MessageId } from "@careline/domain"
import { Effect, Schema } from "effect"
import * as Api from "./Api.ts"
import { narrowTo, READERS, STAFF } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const messageId = (params: Readonly<Record<string, string>>) => params.id as MessageId

const undecidable = {
  409: "The message is on its way or its outcome is still being checked (`still-looking`), or its outcome is known (`not-unknown`)"
}

const list = route({
  method: "get",
  path: "/api/v1/messages",
  operationId: "listMessagesByStatus",
  allow: READERS,
  summary: "List messages by delivery status",
  description:
    "The list covers all open threads. The newest message comes first. `deliveryStatus=unknown&needsDecision=true` lists the messages that wait for a person's decision.",
  query: Schema.Struct({ ...Application.MessageStatusQuery.fields, siteGroupingId: Api.TenantQuery }),
  success: { status: 200, schema: Api.pageJson(Api.MessageJson, "MessagePage") },
  handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...query } }) {
    const within = yield* narrowTo(caller, Api.tenantOfQuery(siteGroupingId))
    const page = yield* Application.listMessagesByStatus(within, query)
    return { status: 200, body: { items: page.items.map(Api.messageJson), nextCursor: page.nextCursor } }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/messages/{id}",
  operationId: "getMessage",
  allow: READERS,
  summary: "Get a message",
  success: { status: 200, schema: Api.MessageJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: Api.messageJson(yield* Application.viewMessage(caller, messageId(params))) }
  })
})

const resend = route({
  method: "post",
  path: "/api/v1/messages/{id}/resend",
  operationId: "resendMessage",
  allow: STAFF,
  summary: "Resend a message",
  description:
    "Careline sends a message of unknown outcome again, so the contact may receive it twice. The send policy applies now and again when the message leaves. A reply that failed for good goes out as a new message with the same words, once however often it is requested.",
  success: { status: 202, schema: Api.MessageJson },
  problems: { 409: `${undecidable[409]}; or the send policy refuses it (\`reason\`) or holds it (\`until\`)` },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 202, body: Api.messageJson(yield* Application.resendMessage(caller, messageId(params))) }
  })
})

const dismiss = route({
  method: "post",
  path: "/api/v1/messages/{id}/dismiss",
  operationId: "dismissMessage",
  allow: STAFF,
  summary: "Dismiss a message of unknown outcome",
  description: "Careline does not send the message again. A repeated request changes nothing.",
  success: { status: 200, schema: Api.MessageJson },
  problems: undecidable,
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: Api.messageJson(yield* Application.dismissMessage(caller, messageId(params))) }
  })
})

export const messages: ReadonlyArray<Route<Services>> = [list, get, resend, dismiss]
