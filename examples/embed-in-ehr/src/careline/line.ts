/** The phone and text line: Careline on our own tables, jobs, chat and users. */
import { type Careline, type CarelineOptions, createCareline } from "careline"
import type { Queryable } from "../ehr/database.ts"
import { logError } from "../ehr/log.ts"
import type { Services } from "../ehr/services.ts"
import { directory } from "./directory.ts"
import { repositories } from "./repositories/index.ts"

export interface LineOptions extends Pick<CarelineOptions<Queryable>, "telephony" | "limits"> {
  /** Where users open a thread. */
  readonly threadUrl: (threadId: string) => string
  /** How often to look for what no job was queued for: timers, held texts, lost answers. */
  readonly sweepMillis?: number
}

const SWEEP = "careline.sweep"
const SWEEP_MILLIS = 1_000
/** Jobs of this process that hand over texts side by side. Of every other kind there is one. */
const DISPATCHERS = 2

/** Each kind of work is a job. What brings work about queues it, and a sweep queues all, for what time alone brings about. */
const addJobs = ({ jobs, pool }: Services, { work }: Careline, sweepMillis: number): void => {
  /** Does what waits. A long one must not take the places of all other jobs: whoever finds it busy has it look again. */
  const drain = (step: () => Promise<number>, most: number) => {
    let busy = 0
    let isWanted = false
    return async () => {
      isWanted = true
      if (busy === most) return
      busy++
      try {
        while (isWanted && !jobs.isStopping) {
          isWanted = false
          while (!jobs.isStopping && (await step()) > 0);
        }
      } finally {
        busy--
      }
    }
  }
  const kinds = Object.entries(work).map(([name, step]) => {
    const kind = `careline.${name}`
    jobs.handle(kind, drain(step, step === work.dispatchSends ? DISPATCHERS : 1))
    return kind
  })
  jobs.handle(SWEEP, async () => {
    for (const kind of kinds) await jobs.enqueue(pool, kind, {}, { dedupeKey: kind })
  })
  jobs.every(SWEEP, sweepMillis)
}

export const openLine = async (services: Services, options: LineOptions): Promise<Careline> => {
  const { sweepMillis = SWEEP_MILLIS, ...rest } = options
  const careline = await createCareline({
    ...rest,
    repositories: repositories(services),
    directory,
    log: ({ annotations, level, message }) => {
      if (level === "Error" || level === "Fatal" || level === "Warn") logError(message, JSON.stringify(annotations))
    }
  })
  addJobs(services, careline, sweepMillis)
  return careline
}
