/** Escalation timers. */
import type { ThreadId } from "@careline/domain"
import { Timers } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { storeNow } from "../sql/clock.ts"
import { tenantOf } from "../sql/rows.ts"

export const layer = Layer.effect(
  Timers,
  Effect.map(PgClient.PgClient, (sql) =>
    Timers.of({
      claimDue: (limit) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          // With their threads, which a reply locks before it stops the timer: whoever comes second passes by.
          const rows = yield* sql<{ site_grouping_id: string; external_thread_id: string; period: number }>`
            select e.site_grouping_id, e.external_thread_id, e.period from escalations e
            join external_threads t on t.site_grouping_id = e.site_grouping_id and t.id = e.external_thread_id
            where e.state = 'running' and e.due_at <= careline_now()
            order by e.due_at limit ${limit}
            for update of t, e skip locked`
          return {
            now,
            timers: rows.map((row) => ({
              siteGroupingId: tenantOf(row.site_grouping_id),
              threadId: row.external_thread_id as ThreadId,
              period: row.period
            }))
          }
        }).pipe(asStorage("timers.claimDue"))
    })
  )
)
