/** The EHR's jobs that run Careline's workers. */
import type { Queryable } from "../../ehr/database.ts"
import type { JobRunner } from "../../ehr/jobs.ts"

export type Worker = "careline.applyReports" | "careline.dispatchSends" | "careline.processInbound"

/** Has a worker look, once the caller's transaction commits. It waits once, however much there is for it to do. */
export const wake = (db: Queryable, jobs: JobRunner, worker: Worker): Promise<void> =>
  jobs.enqueue(db, worker, {}, { dedupeKey: worker })
