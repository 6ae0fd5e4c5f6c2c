/** Runs the queued jobs: each at least once, in whichever process has time. */
import type { Pool } from "pg"
import { enqueue } from "./jobQueue.ts"
import { logError } from "./log.ts"
import { type Watch, watch } from "./watch.ts"

export interface JobOptions {
  /** How often to look for due jobs; a job that is due at once is notified. */
  readonly pollMillis?: number
  /** How long a job stays with a worker that no longer says anything. */
  readonly leaseMillis?: number
  readonly maxAttempts?: number
  /** The wait before the second attempt. It doubles with each one after. */
  readonly backoffMillis?: number
  /** How many jobs run at once in this process. */
  readonly concurrency?: number
}

export type JobHandler<Payload> = (
  payload: Payload,
  job: { readonly id: string; readonly attempt: number }
) => Promise<void>

interface Job {
  readonly id: string
  readonly kind: string
  readonly payload: unknown
  readonly attempts: number
}

const MAX_BACKOFF_MILLIS = 60 * 60 * 1000
const UNIQUE_VIOLATION = "23505"
const DEFAULTS: Required<JobOptions> = {
  pollMillis: 1_000,
  leaseMillis: 30_000,
  maxAttempts: 5,
  backoffMillis: 5_000,
  concurrency: 5
}

export class JobRunner {
  readonly #pool: Pool
  readonly #options: Required<JobOptions>
  readonly #handlers = new Map<string, JobHandler<unknown>>()
  readonly #intervals = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  #watch: Watch | undefined
  #isStopping = false
  readonly enqueue = enqueue

  constructor(pool: Pool, options: JobOptions = {}) {
    this.#pool = pool
    this.#options = { ...DEFAULTS, ...options }
  }

  /** A payload is what was enqueued, after JSON. */
  handle<Payload>(kind: string, handler: JobHandler<Payload>): void {
    this.#handlers.set(kind, handler as JobHandler<unknown>)
  }

  /** Runs a kind at this interval, once over all processes: each run queues the next. */
  every(kind: string, millis: number): void {
    this.#intervals.set(kind, millis)
  }

  async start(): Promise<void> {
    for (const kind of this.#intervals.keys()) await this.#enqueueNext(kind)
    this.#watch = watch(this.#pool, "jobs", this.#options.pollMillis, () => this.#takeDue())
  }

  /** Whether a job that is long should come to an end. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Takes no more jobs, and waits for those that run. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#watch?.close()
    await Promise.all(this.#running)
  }

  async #enqueueNext(kind: string): Promise<void> {
    const millis = this.#intervals.get(kind)
    if (millis === undefined) return
    await this.enqueue(this.#pool, kind, {}, { runAt: new Date(Date.now() + millis), dedupeKey: `every:${kind}` })
  }

  async #takeDue(): Promise<void> {
    const free = this.#options.concurrency - this.#running.size
    if (free === 0) return
    const { rows } = await this.#pool.query<Job>(
      `update jobs set state = 'running', attempts = attempts + 1, locked_until = now() + $3 * interval '1 millisecond'
       where id in (
         select id from jobs
         where kind = any($1)
           and (state = 'queued' and run_at <= now() or state = 'running' and locked_until < now())
         order by run_at limit $2
         for update skip locked
       )
       returning id, kind, payload, attempts`,
      [[...this.#handlers.keys()], free, this.#options.leaseMillis]
    )
    // It was stopped while this was asked for: another process runs them.
    if (this.#isStopping) return this.#giveBack(rows)
    for (const job of rows) {
      const run = this.#run(job).finally(() => {
        this.#running.delete(run)
        this.#watch?.wake()
      })
      this.#running.add(run)
    }
  }

  async #giveBack(jobs: ReadonlyArray<Job>): Promise<void> {
    if (jobs.length === 0) return
    const given = "update jobs set state = 'queued', attempts = attempts - 1, locked_until = null where id = any($1)"
    await this.#pool.query(given, [jobs.map(({ id }) => id)])
  }

  async #run(job: Job): Promise<void> {
    const { leaseMillis, maxAttempts } = this.#options
    const renew = () =>
      this.#change(job, "update jobs set locked_until = now() + $3 * interval '1 millisecond'", [leaseMillis]).catch(
        (error: unknown) => logError(`renew job ${job.id}`, error)
      )
    const renewing = setInterval(renew, leaseMillis / 3)
    try {
      if (job.attempts > maxAttempts) throw new Error("Its worker died at the last attempt")
      await this.#enqueueNext(job.kind)
      await this.#handlers.get(job.kind)?.(job.payload, { id: job.id, attempt: job.attempts })
      await this.#change(job, "delete from jobs")
    } catch (error) {
      logError(`job ${job.kind} ${job.id}`, error)
      await this.#defer(job, error).catch((cause: unknown) => logError(`put off job ${job.id}`, cause))
    } finally {
      clearInterval(renewing)
    }
  }

  async #defer(job: Job, error: unknown): Promise<void> {
    const { backoffMillis, maxAttempts } = this.#options
    const state = job.attempts < maxAttempts ? "queued" : "failed"
    const wait = Math.min(backoffMillis * 2 ** (job.attempts - 1), MAX_BACKOFF_MILLIS)
    try {
      await this.#change(
        job,
        "update jobs set state = $3, run_at = now() + $4 * interval '1 millisecond', locked_until = null, last_error = $5",
        [state, wait, error instanceof Error ? error.message : String(error)]
      )
    } catch (cause) {
      if ((cause as { code?: string }).code !== UNIQUE_VIOLATION) throw cause
      // The same work waits already: that is the next attempt.
      await this.#change(job, "delete from jobs")
    }
  }

  /** Only while it is this attempt's: a job whose lease ran out is another worker's by now. */
  async #change({ attempts, id }: Job, change: string, values: ReadonlyArray<unknown> = []): Promise<void> {
    await this.#pool.query(`${change} where id = $1 and attempts = $2 and state = 'running'`, [id, attempts, ...values])
  }
}
