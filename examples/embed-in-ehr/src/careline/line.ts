/** The phone and text line: Careline on our own tables, jobs, chat and users. */
import { type Careline, type CarelineOptions, createCareline } from "@careline/application/promise"
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

/** Each kind of work is a job. What brings work about queues it, and a sweep finds what time alone brings about. */
const addJobs = ({ jobs }: Services, { work }: Careline, sweepMillis: number): void => {
  const drain = (step: () => Promise<number>) => async () => {
    while ((await step()) > 0);
  }
  const steps = Object.entries(work).map(([name, step]) => [`careline.${name}`, drain(step)] as const)
  for (const [kind, run] of steps) jobs.handle(kind, run)
  jobs.handle(SWEEP, async () => {
    for (const [, run] of steps) await run()
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
