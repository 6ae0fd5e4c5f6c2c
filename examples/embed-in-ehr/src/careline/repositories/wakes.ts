/** The EHR's jobs that run Careline's workers, queued by whatever brings work about. */
import type { Pool } from "pg"
import { type Queryable, withTransaction } from "../../ehr/database.ts"
import type { JobRunner } from "../../ehr/jobs.ts"

export type Worker = `careline.${"applyReports" | "processInbound" | `dispatch${"Alarms" | "Conversation" | "Sends"}`}`

/** What each open transaction wants woken. */
const wanted = new WeakMap<Queryable, Set<Worker>>()

const enqueue = (db: Queryable, jobs: JobRunner, worker: Worker): Promise<void> =>
  jobs.enqueue(db, worker, {}, { dedupeKey: worker })

/** Has a worker look, once the caller's transaction commits. It waits once, however much there is for it to do. */
export const wake = async (db: Queryable, jobs: JobRunner, worker: Worker): Promise<void> => {
  const workers = wanted.get(db)
  if (workers === undefined) await enqueue(db, jobs, worker)
  else workers.add(worker)
}

/**
 * A transaction whose last statements queue what it wants woken: the row of a job that waits is everybody's, and whoever
 * has written to it keeps all others waiting until the commit. In one order, so that no two wait for each other.
 */
export const transactAndWake = <A>(
  { jobs, pool }: { readonly pool: Pool; readonly jobs: JobRunner },
  work: (db: Queryable) => Promise<A>
): Promise<A> =>
  withTransaction(pool, async (db) => {
    const workers = new Set<Worker>()
    wanted.set(db, workers)
    try {
      const result = await work(db)
      for (const worker of [...workers].sort()) await enqueue(db, jobs, worker)
      return result
    } finally {
      wanted.delete(db)
    }
  })
