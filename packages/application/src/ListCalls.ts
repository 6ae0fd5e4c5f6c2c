/** The call log, as staff see it. */
import type { Call } from "@careline/domain"
import { type CallQuery, Calls, type InvalidCursor, type Page, type StorageError, type Threads } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import type { Actor } from "./Actor.ts"
import type { InvalidRequest, NotFound } from "./Errors.ts"
import { viewThread } from "./LoadThread.ts"
import { assertPage } from "./ReadRequest.ts"

export const listCalls: (
  actor: Actor,
  query: Omit<CallQuery, "scope">
) => Effect.Effect<Page<Call.Call>, InvalidCursor | InvalidRequest | NotFound | StorageError, Calls | Threads> =
  Effect.fnUntraced(function* (actor, query) {
    yield* assertPage(query)
    if (query.threadId !== undefined) yield* viewThread(actor, query.threadId)
    return yield* (yield* Calls).list({ ...query, scope: actor.scope })
  }, byStaff)
