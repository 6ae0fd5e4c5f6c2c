/** Numbers: a tenant's, and the pool that they come from. */
import * as Application from "@careline/application"
import type { PhoneNumberId } from "@careline/domain"
import { Effect, Schema } from "effect"
import * as Api from "./Api.ts"
import { ADMINS, authorise, READERS, SYSTEM_ADMINS, tenantFor } from "../auth/Auth.ts"
import { MalformedRequest } from "../http/Errors.ts"
import { idempotencyKey } from "../openapi/IdempotencyKey.ts"
import * as NumberApi from "./NumberApi.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const numberId = (params: Readonly<Record<string, string>>) => params.id as PhoneNumberId

const list = route({
  method: "get",
  path: "/api/v1/phone-numbers",
  operationId: "listPhoneNumbers",
  allow: READERS,
  summary: "The numbers of a site grouping, `null` for the system-wide ones, or of all of the caller's.",
  query: NumberApi.NumberListQuery,
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
  summary:
    "Adds a number that the provider has assigned to us to a site grouping; with `toPool` to the pool, where it waits for one.",
  body: NumberApi.NewNumber,
  success: { status: 201, schema: NumberApi.NumberJson },
  problems: {
    409: "The number is in a pool already; or the provider says that it is not ours, or somebody else has it (`not_yours`); or no provider can tell (`cannot_tell`), and a SYSTEM_ADMIN may say why it is ours (`overrideReason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const given = {
      number: body.number,
      providerSid: body.providerSid ?? null,
      provider: body.provider ?? null,
      overrideReason: body.overrideReason ?? null
    }
    if (body.toPool === true) {
      yield* authorise(caller, SYSTEM_ADMINS)
      return { status: 201, body: NumberApi.numberJson(yield* Application.addToPool(caller, given)) }
    }
    const named = body.siteGroupingId === undefined ? undefined : Api.tenantOf(body.siteGroupingId)
    const { id } = yield* Application.addNumber(caller, {
      ...given,
      label: body.label ?? null,
      siteGroupingId: yield* tenantFor(caller, named)
    })
    return { status: 201, body: NumberApi.numberJson(yield* Application.viewNumber(caller, id)) }
  })
})

const get = route({
  method: "get",
  path: "/api/v1/phone-numbers/{id}",
  operationId: "getPhoneNumber",
  allow: READERS,
  summary: "One number.",
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
  summary:
    "Names a number, takes it out of service or back into it, or makes it the one that its site grouping texts from first.",
  body: NumberApi.NumberEdit,
  success: { status: 200, schema: NumberApi.NumberJson },
  problems: { 409: "The number is in no status for this" },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const number = yield* Application.editNumber(caller, numberId(params), body)
    return { status: 200, body: NumberApi.numberJson(number) }
  })
})

const usage = route({
  method: "get",
  path: "/api/v1/phone-numbers/{id}/usage-count",
  operationId: "countPhoneNumberUsage",
  allow: READERS,
  summary: "How many threads answer from a number, deleted ones too: a new text reopens those with it.",
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
  summary:
    "Gives a number up. Another one of the site grouping takes the place of one that threads answer from; what still reaches it goes to the same threads for a while. `dryRun=true` tells what would happen.",
  query: NumberApi.DryRunQuery,
  body: NumberApi.NumberDeletion,
  isBodyOptional: true,
  success: { status: 200, schema: NumberApi.NumberDeleted },
  problems: {
    409: "Threads answer from it (`count`) and no replacement is named; or the one that is named cannot take its place (`reason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params, query }) {
    if (body.notice !== undefined && body.notifyContacts !== true) {
      return yield* new MalformedRequest({ message: "notice is told to contacts only with notifyContacts" })
    }
    const notice = body.notifyContacts === true ? (body.notice ?? Application.NOTICE) : null
    const deleted = yield* Application.deleteNumber(caller, numberId(params), {
      replacementPhoneNumberId: (body.replacementPhoneNumberId ?? null) as PhoneNumberId | null,
      notice,
      dryRun: query.dryRun === "true"
    })
    return { status: 200, body: deleted }
  })
})

const assign = route({
  method: "post",
  path: "/api/v1/site-groupings/{id}/phone-number",
  operationId: "assignPhoneNumber",
  allow: ADMINS,
  summary:
    "Assigns a number of the pool to a site grouping at once. What the pool does not have is bought, where the host buys.",
  headers: [{ name: "Idempotency-Key", description: "Two requests with one key get one number." }],
  body: NumberApi.AssignmentJson,
  isBodyOptional: true,
  success: { status: 201, schema: NumberApi.NumberJson },
  alternative: {
    status: 202,
    schema: NumberApi.NumberOrdered,
    description: "The pool has none of that kind: one is being bought"
  },
  problems: { 409: "The pool has no such number, and none is bought" },
  handle: Effect.fnUntraced(function* ({ body, caller, header, params }) {
    const key = yield* idempotencyKey({ header })
    const tenant = yield* tenantFor(caller, Api.tenantOfQuery(params.id))
    const assigned = yield* Application.assignFromPool(caller, tenant, {
      areaCode: body.areaCode ?? null,
      idempotencyKey: key
    })
    return assigned._tag === "Assigned"
      ? { status: 201, body: NumberApi.numberJson(assigned.number) }
      : { status: 202, body: { status: "ordering", areaCode: assigned.areaCode } }
  })
})

const pool = route({
  method: "get",
  path: "/api/v1/phone-number-pool",
  operationId: "getPhoneNumberPool",
  allow: SYSTEM_ADMINS,
  summary: "How the pool is: what it has, what it should have, and who waits for a number.",
  query: Schema.Struct({}),
  success: { status: 200, schema: NumberApi.PoolJson },
  handle: Effect.fnUntraced(function* ({ caller }) {
    return { status: 200, body: NumberApi.poolJson(yield* Application.poolHealth(caller)) }
  })
})

const reconcile = route({
  method: "get",
  path: "/api/v1/phone-numbers/reconciliation",
  operationId: "getPhoneNumberReconciliation",
  allow: SYSTEM_ADMINS,
  summary: "What of our numbers only we or only the provider knows, and which are led elsewhere. Changes nothing.",
  success: { status: 200, schema: NumberApi.ReconciliationJson },
  handle: Effect.fnUntraced(function* ({ caller }) {
    return { status: 200, body: NumberApi.reconciliationJson(yield* Application.reconcileNumbers(caller)) }
  })
})

const repair = route({
  method: "post",
  path: "/api/v1/phone-numbers/reconciliation",
  operationId: "repairPhoneNumbers",
  allow: SYSTEM_ADMINS,
  summary:
    "Leads numbers here again that are led elsewhere. `adopt` puts numbers that only the provider knows into the pool; `suspend` takes numbers that only we know out of service.",
  body: NumberApi.RepairJson,
  isBodyOptional: true,
  success: { status: 200, schema: NumberApi.RepairsJson },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    const { adopt = [], suspend = [] } = body
    return { status: 200, body: NumberApi.repairsJson(yield* Application.repairNumbers(caller, { adopt, suspend })) }
  })
})

// What has a name of its own stands before what has an id in its place.
export const numbers: ReadonlyArray<Route<Services>> = [
  list,
  add,
  reconcile,
  repair,
  get,
  edit,
  usage,
  remove,
  assign,
  pool
]
