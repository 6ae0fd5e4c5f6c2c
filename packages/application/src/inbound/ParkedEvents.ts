/** Lists, retries and dismisses events that could not be applied: texts and calls for numbers that are no tenant's, and events that failed. */
import { Inbox, Transaction } from "@careline/ports"
import { Effect } from "effect"
import { asSystem, byStaff } from "../access/Access.ts"
import { type Actor, assertSeesAll } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { NotFound } from "../shared/Errors.ts"
import { Limits } from "../shared/Limits.ts"
import { reader } from "../shared/ReadRequest.ts"
import { pageOf, PageQuery } from "../shared/RequestFields.ts"

const readPage = reader(PageQuery)

/** Newest first. They belong to no tenant, so only who sees all tenants sees them. */
export const listParkedEvents = Effect.fnUntraced(function* (actor: Actor, given: PageQuery) {
  yield* assertSeesAll(actor, "siteGrouping")
  const page = pageOf(yield* readPage(given))
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const found = yield* (yield* Inbox).parked(page)
      yield* audit(actor, null, "event.list", "events:parked", { count: found.items.length })
      return found
    })
  )
}, byStaff)

/** Decides about one: it must be parked still, and somebody's to be applied for. */
const decide = Effect.fnUntraced(function* (
  actor: Actor,
  id: string,
  action: "event.retry" | "event.dismiss",
  decision: (inbox: Inbox["Service"]) => ReturnType<Inbox["Service"]["retryParked"]>
) {
  yield* assertSeesAll(actor, "siteGrouping")
  const { transact } = yield* Transaction
  yield* asSystem(
    transact(
      Effect.gen(function* () {
        if (!(yield* decision(yield* Inbox))) return yield* new NotFound({ entity: "event" })
        yield* audit(actor, null, action, `event:${id}`)
      })
    )
  )
})

/**
 * Applies a parked event again, as if it had never failed. `NotFound` when it is not parked, or came for a number that is still
 * no tenant's. For who sees all tenants.
 */
export const retryParkedEvent = Effect.fn("retryParkedEvent")(function* (actor: Actor, id: string) {
  yield* decide(actor, id, "event.retry", (inbox) => inbox.retryParked(id))
})

/** Puts a parked event away: it is applied to nothing. For who sees all tenants. */
export const dismissParkedEvent = Effect.fn("dismissParkedEvent")(function* (actor: Actor, id: string) {
  yield* decide(actor, id, "event.dismiss", (inbox) => inbox.dismissParked(id))
})

/** Releases parked events that came before their number was added, so that they are applied. Returns how many there were; 0 when there was none. */
export const releaseParked = Effect.fn("releaseParked")(function* () {
  const { parkedPerBatch } = yield* Limits
  const { transact } = yield* Transaction
  return yield* transact(Effect.flatMap(Inbox, (inbox) => inbox.releaseParked(parkedPerBatch)))
}, asSystem)
