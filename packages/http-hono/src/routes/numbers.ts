/** Routes of a tenant's numbers and of the pool that they come from. */
import * as Application from "@careline/application"
import type { PendingAssignmentId, PhoneNumberId } from "@careline/domain"
import { Effect } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, authorise, READERS, SYSTEM_ADMINS, tenantFor } from "../auth/Auth.ts"
import { InvalidBody } from "../http/Errors.ts"
import { idempotencyKey } from "../openapi/IdempotencyKey.ts"
import * as NumberApi from "./NumberApi.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

/** The id in the path. */
export const numberId = (params: Readonly<Record<string, string>>) => params.id as PhoneNumberId

/** What would change nothing is refused: somebody would take it for done. */
const assertLeftOut = (detail: string, named: Readonly<Record<string, unknown>>) => {
  const faults = Object.entries(named).flatMap(([name, value]) => (value == null ? [] : [{ path: [name], detail }]))
  return faults.length === 0 ? Effect.void : Effect.fail(new InvalidBody({ faults }))
}

export const list = route({
  method: "get",
  path: "/api/v1/phone-numbers",
  operationId: "listPhoneNumbers",
  allow: READERS,
  summary: "List phone numbers",
  description:
    "`siteGroupingId` selects the numbers of one site grouping; `null` selects the system-wide ones. Without it the list covers all numbers of the caller.",
  query: Api.TenantOnly,
  success: { status: 200, schema: Api.pageJson(NumberApi.NumberJson, "PhoneNumberPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const numbers = yield* Application.viewNumbers(caller, Api.tenantOfQuery(query.siteGroupingId))
    return { status: 200, body: { items: numbers.map(NumberApi.numberJson), nextCursor: null } }
  })
})

const add = route({
  method: "post",
  path: "/api/v1/phone-numbers",
  operationId: "addPhoneNumber",
  allow: ADMINS,
  summary: "Add a phone number",
  description:
    "The provider has assigned the number to us. The request adds it to a site grouping. With `toPool` a SYSTEM_ADMIN adds it to the pool, where it has no tenant until it is assigned to one.",
  body: NumberApi.NewNumber,
  success: { status: 201, schema: NumberApi.NumberJson },
  problems: {
    409: "Careline already has the number; or the provider says that it is not ours, or another tenant or the pool has it (`not_yours`); or no provider can tell (`cannot_tell`), in which case a SYSTEM_ADMIN may state why it is ours (`overrideReason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const { label, siteGroupingId, toPool, ...given } = body
    if (toPool === true) {
      yield* authorise(caller, SYSTEM_ADMINS)
      yield* assertLeftOut("is of no number in the pool", { label, siteGroupingId })
      return { status: 201, body: NumberApi.numberJson(yield* Application.addToPool(caller, given)) }
    }
    const { id } = yield* Application.addNumber(caller, {
      ...given,
      ...(label === undefined ? {} : { label }),
      siteGroupingId: yield* tenantFor(caller, Api.tenantOf(siteGroupingId))
    })
    return { status: 201, body: NumberApi.numberJson(yield* Application.viewNumber(caller, id)) }
  })
})

const callerId = route({
  method: "get",
  path: "/api/v1/phone-numbers/caller-id",
  operationId: "getCallerId",
  allow: READERS,
  summary: "Get the caller ID of a voice agent",
  description:
    "The number that the voice agent of a site grouping shows: one in service that was bought for `voice`, else the one that the site grouping texts from first. `null` selects the system-wide space. Without `siteGroupingId` it is the caller's own site grouping, if it has one only.",
  query: Api.TenantOnly,
  success: { status: 200, schema: NumberApi.CallerIdJson },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(query.siteGroupingId))
    return { status: 200, body: NumberApi.callerIdJson(yield* Application.callerId(caller, tenant)) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/phone-numbers/{id}",
  operationId: "getPhoneNumber",
  allow: READERS,
  summary: "Get a phone number",
  success: { status: 200, schema: NumberApi.NumberJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: NumberApi.numberJson(yield* Application.viewNumber(caller, numberId(params))) }
  })
})

const edit = route({
  method: "patch",
  path: "/api/v1/phone-numbers/{id}",
  operationId: "editPhoneNumber",
  allow: ADMINS,
  summary: "Edit a phone number",
  description:
    "The request names the number, takes it out of service, puts it back in service, or makes it the one that its site grouping texts from first. Nothing leaves from a suspended number: `stoppedThreadsCount` says how many threads that stops, and `moveThreadsTo` moves them to another number, from which the next text leaves.",
  body: Application.NumberEdit,
  success: { status: 200, schema: NumberApi.EditedNumberJson },
  problems: {
    409: "The status of the number does not allow this change, or the number that threads are to be moved to cannot take them (`reason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const number = yield* Application.editNumber(caller, numberId(params), body)
    return { status: 200, body: NumberApi.editedNumberJson(number) }
  })
})

const usage = route({
  method: "get",
  path: "/api/v1/phone-numbers/{id}/usage-count",
  operationId: "countPhoneNumberUsage",
  allow: READERS,
  summary: "Count the threads that answer from a phone number",
  description: "Deleted threads count too: a new text reopens them with this number.",
  success: { status: 200, schema: NumberApi.NumberUsage },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    return { status: 200, body: { count: yield* Application.numberUsage(caller, numberId(params)) } }
  })
})

const remove = route({
  method: "delete",
  path: "/api/v1/phone-numbers/{id}",
  operationId: "deletePhoneNumber",
  allow: ADMINS,
  summary: "Delete a phone number",
  description:
    "The site grouping gives the number up. If threads answer from it, another number of the site grouping takes its place. Texts and calls that still reach the old number go to the same threads for a while. `dryRun=true` tells what would happen and changes nothing.",
  query: NumberApi.DryRunQuery,
  body: Application.NumberDeletion,
  isBodyOptional: true,
  success: { status: 200, schema: NumberApi.NumberDeleted },
  problems: {
    409: "Threads answer from the number (`count`) and the request names no replacement; or the replacement cannot take its place (`reason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params, query }) {
    return { status: 200, body: yield* Application.deleteNumber(caller, numberId(params), { ...body, ...query }) }
  })
})

export const assign: Route<Services> = route({
  method: "post",
  path: "/api/v1/site-groupings/{id}/phone-number",
  operationId: "assignPhoneNumber",
  allow: ADMINS,
  summary: "Assign a pool number to a site grouping",
  description:
    "The assignment takes effect at once. A site grouping with a number in service gets that number again, unless the request asks for an `additional` one. If the pool has no matching number and this host buys numbers, the assignment is pending while Careline buys one. A number for `voice` is the caller ID of a voice agent: it is attached to a trunk at its provider, and never texted from.",
  headers: [{ name: "Idempotency-Key", description: "Two requests with the same key get one number." }],
  body: Application.NewAssignment,
  isBodyOptional: true,
  success: { status: 201, schema: NumberApi.NumberJson },
  alternative: {
    status: 202,
    schema: NumberApi.PendingAssignmentJson,
    description:
      "The pool has no such number; the assignment is pending while Careline buys one. `Location` says where to ask for it"
  },
  problems: {
    409: "The pool has no such number, and this host buys none, or can buy none as it is configured (`reason`); or the site grouping waits for another number (`pendingAssignmentId`); or the site grouping has a number of another area code, and the request asks for no `additional` one"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, header, params }) {
    const key = yield* idempotencyKey({ header })
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(params.id))
    const assigned = yield* Application.assignFromPool(caller, tenant, { ...body, idempotencyKey: key })
    return assigned._tag === "Assigned"
      ? { status: 201, body: NumberApi.numberJson(assigned.number) }
      : {
          status: 202,
          body: NumberApi.pendingAssignmentJson(assigned.pending),
          location: `/api/v1/pending-assignments/${assigned.pending.id}`
        }
  })
})

const pendingId = (params: Readonly<Record<string, string>>) => params.id as PendingAssignmentId

const listPending = route({
  method: "get",
  path: "/api/v1/pending-assignments",
  operationId: "listPendingAssignments",
  allow: ADMINS,
  summary: "List pending assignments",
  description: "The list has the site groupings of the caller that wait for a number, the oldest request first.",
  success: { status: 200, schema: Api.pageJson(NumberApi.PendingAssignmentJson, "PendingAssignmentPage") },
  handle: Effect.fnUntraced(function* ({ caller }) {
    const pending = yield* Application.listPendingAssignments(caller)
    return { status: 200, body: { items: pending.map(NumberApi.pendingAssignmentJson), nextCursor: null } }
  })
})

const getPending = route({
  method: "get",
  path: "/api/v1/pending-assignments/{id}",
  operationId: "getPendingAssignment",
  allow: ADMINS,
  summary: "Get a pending assignment",
  description:
    "Once a number is assigned, `phoneNumberId` names it. Until then `reason` says what keeps it from being bought.",
  success: { status: 200, schema: NumberApi.PendingAssignmentJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const pending = yield* Application.viewPendingAssignment(caller, pendingId(params))
    return { status: 200, body: NumberApi.pendingAssignmentJson(pending) }
  })
})

const cancelPending = route({
  method: "delete",
  path: "/api/v1/pending-assignments/{id}",
  operationId: "cancelPendingAssignment",
  allow: ADMINS,
  summary: "Cancel a pending assignment",
  description:
    "The site grouping waits no more. A number that was ordered for it goes to the pool. A repeated request changes nothing.",
  success: { status: 200, schema: NumberApi.PendingAssignmentJson },
  problems: { 409: "The number is assigned (`phoneNumberId`)" },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const pending = yield* Application.cancelPendingAssignment(caller, pendingId(params))
    return { status: 200, body: NumberApi.pendingAssignmentJson(pending) }
  })
})

const undo = route({
  method: "post",
  path: "/api/v1/phone-numbers/{id}/undo",
  operationId: "undoPhoneNumber",
  allow: ADMINS,
  summary: "Undo the last change of a phone number",
  description:
    "Whoever added, deleted, retired or released the number by mistake undoes it within 15 minutes. A number that was added is off the record; one that was deleted is the site grouping's again; one that was retired or released is where it was.",
  success: { status: 200, schema: NumberApi.NumberUndone },
  problems: {
    409: "Somebody else did the last thing to the number, or too long ago; or it is in use by now; or its provider was asked to take it back; or it was something else (`reason`)"
  },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const number = yield* Application.undoNumber(caller, numberId(params))
    return { status: 200, body: { phoneNumber: number === null ? null : NumberApi.numberJson(number) } }
  })
})

// What has a name of its own stands before what has an id in its place.
export const numbers: ReadonlyArray<Route<Services>> = [
  list,
  add,
  callerId,
  get,
  edit,
  usage,
  remove,
  assign,
  listPending,
  getPending,
  cancelPending,
  undo
]
