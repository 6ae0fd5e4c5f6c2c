/** Work for later, in a table: at least once, by whichever process has time. */
import type { Pool } from "pg"
import type { Queryable } from "./database.ts"
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

export interface EnqueueOptions {
  readonly runAt?: Date
  /** Jobs of one key are the same work: one of them waits at a time. */
  readonly dedupeKey?: string
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

  constructor(pool: Pool, options: JobOptions = {}) {
    this.#pool = pool
    this.#options = { ...DEFAULTS, ...options }
  }

  /** Queues a job when the caller's transaction commits. */
  async enqueue(db: Queryable, kind: string, payload: object, { dedupeKey, runAt }: EnqueueOptions = {}) {
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

  /** Takes no more jobs, and waits for those that run. */
  async stop(): Promise<void> {
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
    for (const job of rows) {
      const run = this.#run(job).finally(() => {
        this.#running.delete(run)
        this.#watch?.wake()
      })
      this.#running.add(run)
    }
  }

  async #run(job: Job): Promise<void> {
    const renewing = setInterval(() => this.#renew(job), this.#options.leaseMillis / 3)
    try {
      if (job.attempts > this.#options.maxAttempts) throw new Error("Its worker died at the last attempt")
      await this.#enqueueNext(job.kind)
      await this.#handlers.get(job.kind)?.(job.payload, { id: job.id, attempt: job.attempts })
      await this.#pool.query("delete from jobs where id = $1 and attempts = $2", [job.id, job.attempts])
    } catch (error) {
      logError(`job ${job.kind} ${job.id}`, error)
      await this.#putOff(job, error).catch((cause: unknown) => logError(`put off job ${job.id}`, cause))
    } finally {
      clearInterval(renewing)
    }
  }

  /** The attempt is part of the key here and below: a job whose lease ran out is another worker's by now. */
  #renew({ attempts, id }: Job): void {
    this.#pool
      .query(
        "update jobs set locked_until = now() + $3 * interval '1 millisecond' where id = $1 and attempts = $2 and state = 'running'",
        [id, attempts, this.#options.leaseMillis]
      )
      .catch((error: unknown) => logError(`renew job ${id}`, error))
  }

  async #putOff({ attempts, id }: Job, error: unknown): Promise<void> {
    const { backoffMillis, maxAttempts } = this.#options
    const state = attempts < maxAttempts ? "queued" : "failed"
    const wait = Math.min(backoffMillis * 2 ** (attempts - 1), MAX_BACKOFF_MILLIS)
    try {
      await this.#pool.query(
        `update jobs set state = $3, run_at = now() + $4 * interval '1 millisecond', locked_until = null, last_error = $5
         where id = $1 and attempts = $2`,
        [id, attempts, state, wait, error instanceof Error ? error.message : String(error)]
      )
    } catch (cause) {
      if ((cause as { code?: string }).code !== UNIQUE_VIOLATION) throw cause
      // The same work waits already: that is the next attempt.
      await this.#pool.query("delete from jobs where id = $1 and attempts = $2", [id, attempts])
    }
  }
}
