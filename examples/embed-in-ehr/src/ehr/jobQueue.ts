/** Work for later, as rows of a table. */
import type { Queryable } from "./database.ts"

export interface EnqueueOptions {
  readonly runAt?: Date
  /** Jobs of one key are the same work: one of them waits at a time. */
  readonly dedupeKey?: string
}

/** Queues a job when the caller's transaction commits. */
export const enqueue = async (
  db: Queryable,
  kind: string,
  payload: object,
  { dedupeKey, runAt }: EnqueueOptions = {}
): Promise<void> => {
  // The update locks the job that waits: nobody takes it before this transaction commits, so it sees what we wrote.
  await db.query(
    `with job as (
       insert into jobs (kind, payload, dedupe_key, run_at) values ($1, $2, $3, coalesce($4, now()))
       on conflict (dedupe_key) where state = 'queued' do update set run_at = least(jobs.run_at, excluded.run_at)
       returning id
     )
     select pg_notify('jobs', '') from job`,
    [kind, JSON.stringify(payload), dedupeKey ?? null, runAt ?? null]
  )
}
