/** Routes of masked calls and of the call log. */
import * as Application from "@careline/application"
import type { CallId, ThreadId } from "@careline/domain"
import { Effect } from "effect"
import * as Api from "./Api.ts"
import { narrowTo, READERS, STAFF } from "../auth/Auth.ts"
import * as CallApi from "./CallApi.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const prepare = route({
  method: "post",
  path: "/api/v1/external-threads/{id}/prepare-bridge-call",
  operationId: "prepareBridgeCall",
  allow: STAFF,
  summary: "Prepare a masked call to the contact of a thread",
  description:
    "The preparation covers one call. The contact sees the clinic's number and never the clinician's. With `dial_in` the clinician calls `bridgeNumber`. With `callback` the clinician's phone rings, and a key press connects the call.",
  body: Application.NewBridgeCall,
  success: { status: 201, schema: CallApi.PreparedCallJson },
  problems: {
    409: "The call is not allowed (`reason`), there is no number to call from, or the provider refused the call",
    429: "The caller requested too many callbacks within an hour (`Retry-After`)",
    503: "The provider cannot place the call now, or the store is not available"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const prepared = yield* Application.prepareBridgeCall(caller, {
      ...body,
      threadId: params.id as ThreadId
    })
    return { status: 201, body: CallApi.preparedCallJson(prepared) }
  })
})

export const list = route({
  method: "get",
  path: "/api/v1/call-logs",
  operationId: "listCallLogs",
  allow: READERS,
  summary: "List calls",
  description:
    "The newest call comes first. `contact` is the number of the other side, in any usual way of writing. `startDate` is inclusive and `endDate` exclusive; both are ISO 8601. With `withTotal=true` the page has the `total` of calls that fit, on whichever page they are.",
  query: CallApi.CallLogQuery,
  success: { status: 200, schema: CallApi.CallLogPage },
  problems: { 422: "`contact` is neither a phone number nor an e-mail address" },
  handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...query } }) {
    const page = yield* Application.listCalls(yield* narrowTo(caller, Api.tenantOfQuery(siteGroupingId)), query)
    return {
      status: 200,
      body: {
        items: page.items.map(CallApi.callLogJson),
        nextCursor: page.nextCursor,
        ...(page.total === null ? {} : { total: page.total })
      }
    }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/call-logs/{id}",
  operationId: "getCallLog",
  allow: READERS,
  summary: "Get a call",
  success: { status: 200, schema: CallApi.CallLogJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: CallApi.callLogJson(yield* Application.viewCall(caller, params.id as CallId)) }
  })
})

const edit = route({
  method: "patch",
  path: "/api/v1/call-logs/{id}",
  operationId: "editCallLog",
  allow: STAFF,
  summary: "Edit the reason and the notes of a call",
  description: "What the request leaves out stays; `null` clears it.",
  body: Application.CallEdit,
  success: { status: 200, schema: CallApi.CallLogJson },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const call = yield* Application.editCall(caller, params.id as CallId, body)
    return { status: 200, body: CallApi.callLogJson(call) }
  })
})

export const calls: ReadonlyArray<Route<Services>> = [prepare, list, get, edit]
