/** The call log, as staff see it. */
import { type CallQuery, Calls } from "@careline/ports"
import { Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { viewThread } from "./LoadThread.ts"
import { assertPage } from "./ReadRequest.ts"

export const listCalls = Effect.fnUntraced(function* (actor: Actor, query: Omit<CallQuery, "scope">) {
  yield* assertPage(query)
  if (query.threadId !== undefined) yield* viewThread(actor, query.threadId)
  return yield* (yield* Calls).list({ ...query, scope: actor.scope })
})
