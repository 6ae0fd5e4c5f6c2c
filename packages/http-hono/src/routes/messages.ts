/** Messages over all threads by what became of them, and what a person decides about those of unknown outcome. */
import * as Application from "@careline/application"
import type { MessageId } from "@careline/domain"
import { Effect } from "effect"
import * as Api from "./Api.ts"
import { READERS, STAFF } from "../auth/Auth.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const messageId = (params: Readonly<Record<string, string>>) => params.id as MessageId

const undecidable = {
  409: "It is still on its way or being looked for (`still-looking`), or what became of it is known (`not-unknown`)"
}

const list = route({
  method: "get",
  path: "/api/v1/messages",
  operationId: "listMessagesByStatus",
  allow: READERS,
  summary:
    "Messages of one delivery status over all open threads, newest first. `deliveryStatus=unknown&needsDecision=true` is what waits for a person.",
  query: Api.MessageStatusQuery,
  success: { status: 200, schema: Api.pageJson(Api.MessageJson, "MessagePage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listMessagesByStatus(caller, {
      ...Api.pageOf(query),
      deliveryStatus: query.deliveryStatus,
      needsDecision: query.needsDecision === undefined ? undefined : query.needsDecision === "true"
    })
    return { status: 200, body: { items: page.items.map(Api.messageJson), nextCursor: page.nextCursor } }
  })
})

const resend = route({
  method: "post",
  path: "/api/v1/messages/{id}/resend",
  operationId: "resendMessage",
  allow: STAFF,
  summary:
    "Sends a message of unknown outcome again, though the contact may then have it twice. The send policy applies now, and again when it leaves.",
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
  summary: "Lets a message of unknown outcome go: it is not sent again. Doing so again changes nothing.",
  success: { status: 200, schema: Api.MessageJson },
  problems: undecidable,
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: Api.messageJson(yield* Application.dismissMessage(caller, messageId(params))) }
  })
})

export const messages: ReadonlyArray<Route<Services>> = [list, resend, dismiss]
