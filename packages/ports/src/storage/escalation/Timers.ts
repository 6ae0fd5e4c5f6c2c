/** Escalation timers: rows with a due time, so that a restart loses none. Starting and stopping goes through `Changes`. */
import type { Tenant, ThreadId } from "@careline/domain"
import { Context, type DateTime, type Effect } from "effect"
import type { StorageError } from "../shared/StorageError.ts"

/** An alarm that is due, for one thread and one period of waiting. */
export interface Timer {
  readonly siteGroupingId: Tenant
  readonly threadId: ThreadId
  readonly period: number
}

/** The alarms that run. */
export class Timers extends Context.Service<
  Timers,
  {
    /**
     * Up to `limit` timers that are due by the store's clock, nobody else's until the ambient transaction ends. One whose
     * thread somebody else holds may be left for later: a reply locks the thread first and then stops the timer.
     */
    readonly claimDue: (
      limit: number
    ) => Effect.Effect<{ readonly now: DateTime.Utc; readonly timers: ReadonlyArray<Timer> }, StorageError>
  }
>()("careline/ports/Timers") {}
