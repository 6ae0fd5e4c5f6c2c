/** All numbers that Careline owns: the pool, and what the providers know of them. For who sees all site groupings. */
import * as Application from "@careline/application"
import { Effect } from "effect"
import * as Api from "./Api.ts"
import { SYSTEM_ADMINS } from "../auth/Auth.ts"
import * as NumberApi from "./NumberApi.ts"
import { numberId } from "./numbers.ts"
import { type Route, route } from "../openapi/Route.ts"
import type { Services } from "../Services.ts"

const pool = route({
  method: "get",
  path: "/api/v1/phone-number-pool",
  operationId: "getPhoneNumberPool",
  allow: SYSTEM_ADMINS,
  summary: "Get pool health",
  description:
    "Pool health is the count of numbers by status, the thresholds, and the pending assignments with the site groupings that wait for a number.",
  success: { status: 200, schema: NumberApi.PoolJson },
  handle: Effect.fnUntraced(function* ({ caller }) {
    return { status: 200, body: NumberApi.poolJson(yield* Application.poolHealth(caller)) }
  })
})

const listPool = route({
  method: "get",
  path: "/api/v1/phone-number-pool/numbers",
  operationId: "listPoolPhoneNumbers",
  allow: SYSTEM_ADMINS,
  summary: "List all phone numbers that Careline owns",
  description: "The list has assigned and unassigned numbers, whichever the filters select.",
  query: Application.PoolQuery,
  success: { status: 200, schema: Api.pageJson(NumberApi.PoolNumberJson, "PoolPhoneNumberPage") },
  handle: Effect.fnUntraced(function* ({ caller, query }) {
    const { items, nextCursor } = yield* Application.listPool(caller, query)
    return { status: 200, body: { items: items.map(NumberApi.poolNumberJson), nextCursor } }
  })
})

const inspect = route({
  method: "get",
  path: "/api/v1/phone-number-pool/numbers/{id}",
  operationId: "getPoolPhoneNumber",
  allow: SYSTEM_ADMINS,
  summary: "Get a phone number and its history",
  description: "The history is what the audit log has of the number: who had it, and who gave it to whom.",
  success: { status: 200, schema: NumberApi.InspectedNumberJson },
  handle: Effect.fnUntraced(function* ({ caller, params }) {
    const inspected = yield* Application.inspectNumber(caller, numberId(params))
    return { status: 200, body: NumberApi.inspectedNumberJson(inspected) }
  })
})

const editPool = route({
  method: "patch",
  path: "/api/v1/phone-number-pool/numbers/{id}",
  operationId: "editPoolPhoneNumber",
  allow: SYSTEM_ADMINS,
  summary: "Edit or retire a phone number of the pool",
  description: "A retired number is assigned to nobody any more. Whoever retired it may undo that for a while.",
  body: Application.PoolNumberEdit,
  success: { status: 200, schema: NumberApi.PoolNumberJson },
  problems: { 409: "A number that is a site grouping's cannot be retired" },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const number = yield* Application.editPoolNumber(caller, numberId(params), body)
    return { status: 200, body: NumberApi.poolNumberJson(number) }
  })
})

const release = route({
  method: "post",
  path: "/api/v1/phone-number-pool/numbers/{id}/release",
  operationId: "releasePoolPhoneNumber",
  allow: SYSTEM_ADMINS,
  summary: "Release a phone number to its provider",
  description:
    "An available or retired number goes back to its provider, and costs nothing from then on. `confirm` repeats its digits. The number is `releasing`; Careline asks the provider after 15 minutes, until when whoever ordered it may undo it. A number that is given back is off the record. If the provider refuses, the number is retired again.",
  body: Application.NumberRelease,
  success: { status: 202, schema: NumberApi.PoolNumberJson },
  problems: {
    409: "The number is a site grouping's, or still rests; or no provider says that the number is ours (`reason`)"
  },
  handle: Effect.fnUntraced(function* ({ body, caller, params }) {
    const number = yield* Application.releaseNumber(caller, numberId(params), body)
    return { status: 202, body: NumberApi.poolNumberJson(number) }
  })
})

const reconcile = route({
  method: "get",
  path: "/api/v1/phone-numbers/reconciliation",
  operationId: "getPhoneNumberReconciliation",
  allow: SYSTEM_ADMINS,
  summary: "Compare phone numbers with the providers' records",
  description:
    "The comparison lists numbers that only Careline knows, numbers that only the provider knows, and misconfigured numbers, whose texts or calls go elsewhere. The request changes nothing.",
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
  summary: "Repair misconfigured phone numbers",
  description:
    "Careline repairs webhook URLs that point elsewhere, so that texts and calls arrive here again. `adopt` adds numbers that only the provider knows to the pool. `suspend` takes numbers that only Careline knows out of service; those with no tenant are retired for good.",
  body: Application.RepairRequest,
  isBodyOptional: true,
  success: { status: 200, schema: NumberApi.RepairsJson },
  handle: Effect.fnUntraced(function* ({ body, caller }) {
    return { status: 200, body: NumberApi.repairsJson(yield* Application.repairNumbers(caller, body)) }
  })
})

export const numberPool: ReadonlyArray<Route<Services>> = [
  pool,
  listPool,
  inspect,
  editPool,
  release,
  reconcile,
  repair
]
