/** The call log, as staff see it. */
import type { Call } from "@careline/domain"
import {
  type AuditLog,
  type CallQuery,
  Calls,
  type InvalidCursor,
  type Page,
  type StorageError,
  type Threads,
  Transaction
} from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy, shownOfThreads } from "../access/Audit.ts"
import type { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { viewThread } from "../threads/LoadThread.ts"
import { assertPage } from "../shared/ReadRequest.ts"

export const listCalls: (
  actor: Actor,
  query: Omit<CallQuery, "scope">
) => Effect.Effect<
  Page<Call.Call>,
  StorageError | InvalidCursor | InvalidRequest | NotFound,
  AuditLog | Calls | Threads | Transaction
> = Effect.fnUntraced(function* (actor, query) {
  yield* assertPage(query)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const { from, threadId, to } = query
      const asked = threadId === undefined ? null : (yield* viewThread(actor, threadId)).thread
      const page = yield* (yield* Calls).list({ ...query, scope: actor.scope })
      const by = narrowedBy({ from, to })
      if (asked !== null) {
        const detail = { ...by, count: page.items.length }
        yield* audit(actor, asked.siteGroupingId, "call.list", `thread:${asked.id}`, detail, asked)
        return page
      }
      yield* auditList(actor, "call.list", "calls:all", yield* shownOfThreads(page.items), by)
      return page
    })
  )
}, byStaff)
