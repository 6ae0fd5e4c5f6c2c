/** Alarms of threads that nobody answers. */
import type { Change, Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { readClock } from "./rows.ts"

interface Due {
  readonly siteGroupingId: string | null
  readonly threadId: string
  readonly period: number
}

/** What a change does to an alarm; most do nothing. */
export const applyToAlarm = async (db: Queryable, change: Change): Promise<void> => {
  if (change._tag === "TimerStarted") {
    await db.query("insert into alarms (external_thread_id, period, due_at) values ($1, $2, $3)", [
      change.threadId,
      change.period,
      change.dueAt
    ])
  }
  if (change._tag === "TimerStopped" || change._tag === "TimerFired") {
    const isFired = change._tag === "TimerFired"
    await db.query(
      `update alarms set state = $3, notified = $4, ended_at = now()
       where external_thread_id = $1 and period = $2 and state = 'running'`,
      [change.threadId, change.period, isFired ? "fired" : "stopped", isFired ? change.notified : []]
    )
  }
}

export const timers: Repositories<Queryable>["timers"] = (db) => ({
  claimDue: async (limit) => {
    const now = await readClock(db)
    // With their threads, which a reply locks before it stops the alarm: whoever comes second passes by, and nobody waits.
    const { rows } = await db.query<Due>(
      `select t.site_group_id as "siteGroupingId", a.external_thread_id as "threadId", a.period
       from alarms a join external_threads t on t.id = a.external_thread_id
       where a.state = 'running' and a.due_at <= now()
       order by a.due_at limit $1
       for update of t, a skip locked`,
      [limit]
    )
    return { now, timers: rows }
  }
})
