/** Routes of threads and their messages. */
import * as Application from "@careline/application"
import type { ThreadId } from "@careline/domain"
import { Effect, Schema } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, authorise, narrowTo, READERS, STAFF, tenantFor } from "../auth/Auth.ts"
import { idempotencyKey } from "../openapi/IdempotencyKey.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const threadId = (params: Readonly<Record<string, string>>) => params.id as ThreadId

/** Opened where the caller works, unless it says where. */
const NewThread = Schema.Struct({
  ...Application.ThreadCreation.fields,
  siteGroupingId: Schema.optionalKey(Api.TenantJson)
}).annotate({ identifier: "ThreadCreation" })

const list = route({
  method: "get",
  path: "/api/v1/external-threads",
  operationId: "listThreads",
  allow: READERS,
  summary: "List open threads",
  description:
    "The thread with the newest message comes first. The default view is `inbox`, threads that are unassigned, unanswered or unread by the caller, or whose reply was not delivered; with a filter it is `all`. A search for words is a POST to `/api/v1/external-threads/search`.",
  query: Schema.Struct({ ...Application.ThreadFilters.fields, siteGroupingId: Api.TenantQuery }),
  success: { status: 200, schema: Api.pageJson(Api.ThreadJson, "ThreadPage") },
  handle: Effect.fnUntraced(function* ({ caller, query: { siteGroupingId, ...query } }) {
    const page = yield* Application.listThreads(yield* narrowTo(caller, Api.tenantOfQuery(siteGroupingId)), query)
    return { status: 200, body: { items: page.items.map(Api.threadJson), nextCursor: page.nextCursor } }
  })
})

const search = route({
  method: "post",
  path: "/api/v1/external-threads/search",
  operationId: "searchThreads",
  allow: READERS,
  summary: "Search open threads",
  description:
    "The search finds each word of `q` in a contact's name, or its digits in the number, with or without accents. It travels in the body, so that no name stands in the log of a proxy. The filters are those of the list.",
  body: Schema.Struct({
    ...Application.ThreadQuery.fields,
    siteGroupingId: Schema.optionalKey(Api.TenantJson)
  }).annotate({
    identifier: "ThreadSearch"
  }),
  success: { status: 200, schema: Api.pageJson(Api.ThreadJson, "ThreadPage") },
  handle: Effect.fnUntraced(function* ({ body: { siteGroupingId, ...query }, caller }) {
    const page = yield* Application.listThreads(yield* narrowTo(caller, Api.tenantOf(siteGroupingId)), query)
    return { status: 200, body: { items: page.items.map(Api.threadJson), nextCursor: page.nextCursor } }
  })
})

const counts = route({
  method: "get",
  path: "/api/v1/external-threads/counts",
  operationId: "countThreads",
  allow: READERS,
  summary: "Count the open threads of each view",
  description: "The counts are for badges: of more than 1000 threads, 1000 are counted.",
  success: { status: 200, schema: Api.ThreadCounts },
  handle: Effect.fnUntraced(function* ({ caller }) {
    return { status: 200, body: yield* Application.countThreads(caller) }
  })
})

const create = route({
  method: "post",
  path: "/api/v1/external-threads",
  operationId: "createThread",
  allow: STAFF,
  summary: "Open a thread with a contact",
  description:
    "The request opens a thread with a contact who has not written, or reopens the contact's deleted thread.",
  body: NewThread,
  success: { status: 201, schema: Api.ThreadJson },
  problems: { 409: "The contact already has an open thread (`threadId`)" },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const view = yield* Application.createThread(caller, {
      ...body,
      siteGroupingId: yield* tenantFor(caller, Api.tenantOf(body.siteGroupingId))
    })
    return { status: 201, body: Api.threadJson(view) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/external-threads/{id}",
  operationId: "getThread",
  allow: READERS,
  summary: "Get a thread",
  success: { status: 200, schema: Api.ThreadJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: Api.threadJson(yield* Application.viewThread(caller, threadId(params))) }
  })
})

const edit = route({
  method: "patch",
  path: "/api/v1/external-threads/{id}",
  operationId: "editThread",
  allow: STAFF,
  summary: "Edit a thread",
  description:
    "The request renames, links or assigns the thread, or changes the number that it answers from. Only an administrator changes the number. Setting patients clears the facility, and setting a facility clears the patients.",
  body: Application.ThreadEdit,
  success: { status: 200, schema: Api.ThreadJson },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    // The number that a contact knows is moved by an administrator, not in passing.
    if (body.phoneNumberId !== undefined) yield* authorise(caller, ADMINS)
    const { view } = yield* Application.editThread(caller, threadId(params), body)
    return { status: 200, body: Api.threadJson(view) }
  })
})

const remove = route({
  method: "delete",
  path: "/api/v1/external-threads/{id}",
  operationId: "deleteThread",
  allow: STAFF,
  summary: "Delete a thread",
  description: "The thread disappears from every list. Its history stays, and a new text from the contact reopens it.",
  success: { status: 204, schema: null },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    yield* Application.deleteThread(caller, threadId(params))
    return { status: 204 }
  })
})

const messages = route({
  method: "get",
  path: "/api/v1/external-threads/{id}/messages",
  operationId: "listMessages",
  allow: READERS,
  summary: "List the messages of a thread",
  description: "The newest message comes first.",
  query: Application.PageQuery,
  success: { status: 200, schema: Api.pageJson(Api.MessageJson, "MessagePage") },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const page = yield* Application.listMessages(caller, threadId(params), query)
    return { status: 200, body: { items: page.items.map(Api.messageJson), nextCursor: page.nextCursor } }
  })
})

export const send: Route<Services> = route({
  method: "post",
  path: "/api/v1/external-threads/{id}/messages",
  operationId: "sendMessage",
  allow: STAFF,
  summary: "Send a message to the contact of a thread",
  description:
    "The message answers the contact from the thread's number. Careline queues it; its `deliveryStatus` tells what becomes of it.",
  headers: [{ name: "Idempotency-Key", description: "Two requests with the same key create one message." }],
  body: Application.NewMessage,
  success: { status: 202, schema: Api.MessageJson },
  problems: {
    409: "The send policy refuses the message (`reason`) or holds it (`until`), or the number of the thread is suspended (`number_suspended`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, header, params }) {
    const message = yield* Application.sendMessage(caller, {
      ...body,
      threadId: threadId(params),
      idempotencyKey: yield* idempotencyKey({ header })
    })
    return { status: 202, body: Api.messageJson(message) }
  })
})

const read = route({
  method: "post",
  path: "/api/v1/external-threads/{id}/read",
  operationId: "markRead",
  allow: STAFF,
  summary: "Mark a thread as read or unread",
  description:
    "The thread counts as read up to the named message and as unread after it, so an earlier message makes later ones unread again. `null` marks the whole thread unread. The mark is the caller's own and changes nobody else's. Reading is not answering: an escalation continues.",
  body: Api.ReadMark,
  success: { status: 204, schema: null },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    yield* Application.markRead(caller, threadId(params), body.upToMessageId)
    return { status: 204 }
  })
})

const readers = route({
  method: "get",
  path: "/api/v1/external-threads/{id}/readers",
  operationId: "listReaders",
  allow: READERS,
  summary: "List who has read a thread",
  description: "Each entry tells how much of the thread a user has marked as read. The latest mark comes first.",
  success: {
    status: 200,
    schema: Schema.Struct({ items: Schema.Array(Api.ReaderJson) }).annotate({ identifier: "Readers" })
  },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const items = yield* Application.listReaders(caller, threadId(params))
    return { status: 200, body: { items: items.map(Api.readerJson) } }
  })
})

// What has a name of its own stands before what has an id in its place.
export const threads: ReadonlyArray<Route<Services>> = [
  list,
  search,
  counts,
  create,
  get,
  edit,
  remove,
  messages,
  send,
  read,
  readers
]
