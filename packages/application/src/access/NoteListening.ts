/** Writes an audit entry for each tenant whose events somebody subscribes to. Events carry ids only. */
import { Transaction } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import { auditList } from "./Audit.ts"

export const noteListening = Effect.fnUntraced(function* (actor: Actor) {
  const { scope } = actor
  const heard = scope === "all" ? [] : scope.map((siteGroupingId) => ({ siteGroupingId }))
  yield* (yield* Transaction).transact(auditList(actor, "event.listen", "events:stream", heard))
}, byStaff)
