/** Threads and their messages. */
import * as Application from "@careline/application"
import type { MessageId, PhoneNumberId, ThreadId } from "@careline/domain"
import { Effect, Schema } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, authorise, READERS, STAFF, tenantFor } from "../auth/Auth.ts"
import { idempotencyKey } from "../openapi/IdempotencyKey.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const threadId = (params: Readonly<Record<string, string>>) => params.id as ThreadId

const list = route({
  method: "get",
  path: "/api/v1/external-threads",
  operationId: "listThreads",
  allow: READERS,
  summary:
    "Open threads, the one with the newest message first. `inbox`: unassigned, unanswered, with a reply that did not get through, or unread by you.",
  query: Api.ThreadListQuery,
  success: { status: 200, schema: Api.pageJson(Api.ThreadJson, "ThreadPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const page = yield* Application.listThreads(caller, {
      ...Api.pageOf(query),
      view: query.view ?? "inbox",
      patientId: query.patientId,
      facilityId: query.facilityId,
      search: query.q
    })
    return { status: 200, body: { items: page.items.map(Api.threadJson), nextCursor: page.nextCursor } }
  })
})

const create = route({
  method: "post",
  path: "/api/v1/external-threads",
  operationId: "createThread",
  allow: STAFF,
  summary: "Opens a thread with a contact who has not written, or reopens one that was deleted.",
  body: Api.ThreadCreation,
  success: { status: 201, schema: Api.ThreadJson },
  problems: { 409: "The contact has an open thread: its id is `threadId`" },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const named = body.siteGroupingId === undefined ? undefined : Api.tenantOf(body.siteGroupingId)
    const view = yield* Application.createThread(caller, {
      ...body,
      siteGroupingId: yield* tenantFor(caller, named),
      phoneNumberId: body.phoneNumberId as PhoneNumberId | null | undefined
    })
    return { status: 201, body: Api.threadJson(view) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/external-threads/{id}",
  operationId: "getThread",
  allow: READERS,
  summary: "One thread.",
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
  summary:
    "Renames, links, assigns a thread, or moves the number that it answers from. Setting patients clears the facility, and the other way round.",
  body: Api.ThreadEdit,
  success: { status: 200, schema: Api.ThreadJson },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    // The number that a contact knows is moved by an administrator, not in passing.
    if (body.phoneNumberId !== undefined) yield* authorise(caller, ADMINS)
    const { view } = yield* Application.editThread(caller, threadId(params), {
      ...body,
      phoneNumberId: body.phoneNumberId as PhoneNumberId | undefined
    })
    return { status: 200, body: Api.threadJson(view) }
  })
})

const remove = route({
  method: "delete",
  path: "/api/v1/external-threads/{id}",
  operationId: "deleteThread",
  allow: STAFF,
  summary: "Takes a thread out of every list. Its history stays, and a new text from the contact reopens it.",
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
  summary: "The messages of a thread, newest first.",
  query: Api.MessageListQuery,
  success: { status: 200, schema: Api.pageJson(Api.MessageJson, "MessagePage") },
  handle: Effect.fnUntraced(function* ({ caller, params, query }) {
    const page = yield* Application.listMessages(caller, threadId(params), Api.pageOf(query))
    return { status: 200, body: { items: page.items.map(Api.messageJson), nextCursor: page.nextCursor } }
  })
})

const send = route({
  method: "post",
  path: "/api/v1/external-threads/{id}/messages",
  operationId: "sendMessage",
  allow: STAFF,
  summary:
    "Answers the contact from the thread's number. The message is queued; its `deliveryStatus` tells what becomes of it.",
  headers: [{ name: "Idempotency-Key", description: "Two requests with one key make one message." }],
  body: Api.NewMessage,
  success: { status: 202, schema: Api.MessageJson },
  problems: { 409: "The send policy refuses (`reason`), or holds the message (`until`)" },
  handle: Effect.fnUntraced(function* ({ body, caller, header, params }) {
    const message = yield* Application.sendMessage(caller, {
      threadId: threadId(params),
      content: body.content,
      mediaUrls: body.mediaUrls ?? [],
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
  summary:
    "Marks a thread read for you up to a message, or unread behind an earlier one; `null` for all of it. Nobody else's reading changes, and it is no answer: an escalation goes on.",
  body: Api.ReadMark,
  success: { status: 204, schema: null },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    yield* Application.markRead(caller, threadId(params), body.upToMessageId as MessageId | null)
    return { status: 204 }
  })
})

const readers = route({
  method: "get",
  path: "/api/v1/external-threads/{id}/readers",
  operationId: "listReaders",
  allow: READERS,
  summary: "Who has marked how much of a thread as read, the last one first.",
  success: {
    status: 200,
    schema: Schema.Struct({ items: Schema.Array(Api.ReaderJson) }).annotate({ identifier: "Readers" })
  },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const items = yield* Application.listReaders(caller, threadId(params))
    return { status: 200, body: { items: items.map(Api.readerJson) } }
  })
})

export const threads: ReadonlyArray<Route<Services>> = [list, create, get, edit, remove, messages, send, read, readers]
