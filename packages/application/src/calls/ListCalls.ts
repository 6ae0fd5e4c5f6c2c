/** The call log, as staff see it. */
import { type Call, ThreadId } from "@careline/domain"
import {
  type AuditLog,
  Calls,
  type InvalidCursor,
  type Page,
  type StorageError,
  type Threads,
  Transaction
} from "@careline/ports"
import { Effect, Schema } from "effect"
import { byStaff } from "../access/Access.ts"
import type { Actor } from "../access/Actor.ts"
import { audit, auditList, narrowedBy, shownOfThreads } from "../access/Audit.ts"
import type { InvalidRequest, NotFound } from "../shared/Errors.ts"
import { viewThread } from "../threads/LoadThread.ts"
import { type Given, reader } from "../shared/ReadRequest.ts"
import { Instant, optional, Page as PageFields, pageOf } from "../shared/RequestFields.ts"

/** Which calls, from the newest on. */
export const CallQuery = Schema.Struct({
  ...PageFields,
  /** Calls that began at this instant or later. */
  startDate: optional(Instant),
  /** Calls that began before this instant. */
  endDate: optional(Instant),
  externalThreadId: optional(ThreadId)
})
export type CallQuery = Given<typeof CallQuery.Encoded>

const readQuery = reader(CallQuery)

export const listCalls: (
  actor: Actor,
  query: CallQuery
) => Effect.Effect<
  Page<Call.Call>,
  StorageError | InvalidCursor | InvalidRequest | NotFound,
  AuditLog | Calls | Threads | Transaction
> = Effect.fnUntraced(function* (actor, given) {
  const { endDate: to, externalThreadId: threadId, startDate: from, ...query } = yield* readQuery(given)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const asked = threadId === undefined ? null : (yield* viewThread(actor, threadId)).thread
      const page = yield* (yield* Calls).list({ ...pageOf(query), from, threadId, to, scope: actor.scope })
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
