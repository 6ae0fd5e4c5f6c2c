/** Escalation timers. */
import type { ThreadId } from "@careline/domain"
import { Timers } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "./Database.ts"
import { storeNow } from "./clock.ts"
import { tenantOf } from "./rows.ts"

export const layer = Layer.effect(
  Timers,
  Effect.map(PgClient.PgClient, (sql) =>
    Timers.of({
      claimDue: (limit) =>
        Effect.gen(function* () {
          const now = yield* storeNow(sql)
          const rows = yield* sql<{ site_grouping_id: string; external_thread_id: string; period: number }>`
            select site_grouping_id, external_thread_id, period from escalations
            where state = 'running' and due_at <= careline_now()
            order by due_at limit ${limit}
            for update skip locked`
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
