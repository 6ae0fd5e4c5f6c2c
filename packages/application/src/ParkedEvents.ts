/** What was kept and could not be applied: texts to numbers that are in no pool, and events that failed. */
import { Inbox, Transaction } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { NotFound } from "./Errors.ts"
import { assertPage } from "./ReadRequest.ts"

/** Newest first. They belong to no tenant, so only who sees all tenants sees them. */
export const listParkedEvents = Effect.fnUntraced(function* (actor: Actor, limit: number) {
  if (actor.scope !== "all") return yield* new NotFound({ entity: "siteGrouping" })
  yield* assertPage({ limit })
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const events = yield* (yield* Inbox).parked(limit)
      yield* audit(actor, null, "event.list", "events:parked", { count: events.length })
      return events
    })
  )
}, byStaff)
