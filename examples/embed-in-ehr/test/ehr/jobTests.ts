import { describe, expect, it, onTestFinished } from "vitest"
import { until } from "../../../../test/support/host.ts"
import { withTransaction } from "../../src/ehr/database.ts"
import { type JobHandler, type JobOptions, JobRunner } from "../../src/ehr/jobs.ts"
import type { Running } from "../ehrTests.ts"

export const jobTests = (running: () => Running): void => {
  const newKind = () => `test.${crypto.randomUUID()}`

  /** As many processes as asked for, which know one kind of job. They end with the test. */
  const runnersOf = async (count: number, kind: string, handler: JobHandler<any>, options: JobOptions = {}) => {
    const runners = Array.from({ length: count }, () => {
      const runner = new JobRunner(running().ehr.pool, { pollMillis: 20, backoffMillis: 1, ...options })
      runner.handle(kind, handler)
      return runner
    })
    onTestFinished(async () => {
      await Promise.all(runners.map((runner) => runner.stop()))
    })
    return runners
  }
  const start = (runners: ReadonlyArray<JobRunner>) => Promise.all(runners.map((runner) => runner.start()))
  const enqueue: JobRunner["enqueue"] = (...job) => running().ehr.jobs.enqueue(...job)
  const jobsOf = async (kind: string) => {
    const { rows } = await running().ehr.pool.query(
      "select state, attempts, last_error, run_at, locked_until from jobs where kind = $1 order by id",
      [kind]
    )
    return rows
  }
  /** A job as a killed process leaves it, at this attempt. */
  const leaveBehind = async (kind: string, attempts: number) => {
    const { pool } = running().ehr
    await enqueue(pool, kind, {})
    await pool.query(
      "update jobs set state = 'running', attempts = $2, locked_until = now() - interval '1 second' where kind = $1",
      [kind, attempts]
    )
  }
  const noneLeft = (kind: string) => until(async () => (await jobsOf(kind)).length === 0)

  describe("jobs", () => {
    it("run once each with two runners on one database", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const ran: Array<number> = []
      await start(await runnersOf(2, kind, async ({ number }: { number: number }) => void ran.push(number)))
      const numbers = Array.from({ length: 100 }, (_, index) => index)
      await Promise.all(numbers.map((number) => enqueue(pool, kind, { number })))
      await noneLeft(kind)
      expect(ran.sort((one, other) => one - other)).toEqual(numbers)
    })

    it("do not run when their transaction is rolled back", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      await withTransaction(pool, async (db) => {
        await enqueue(db, kind, {})
        throw new Error("changed my mind")
      }).catch(() => undefined)
      expect(await jobsOf(kind)).toEqual([])
    })

    it("run not before their time", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const ran: Array<string> = []
      await enqueue(pool, kind, { when: "later" }, { runAt: new Date(Date.now() + 3_600_000) })
      await enqueue(pool, kind, { when: "overdue" }, { runAt: new Date(0) })
      await start(await runnersOf(1, kind, async ({ when }: { when: string }) => void ran.push(when)))
      await until(async () => (await jobsOf(kind)).length === 1)
      expect(ran).toEqual(["overdue"])
    })

    it("wait once per key, and a running one does not keep a new one out", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const handler = async () => {
        runs++
        await gate.promise
      }
      // One at a time: it takes nothing of what is queued while it waits.
      const [runner] = await runnersOf(1, kind, handler, { concurrency: 1 })
      const queue = () => enqueue(pool, kind, {}, { dedupeKey: kind })
      await Promise.all([queue(), queue(), queue()])
      expect(await jobsOf(kind)).toMatchObject([{ state: "queued" }])
      await runner!.start()
      await until(async () => runs === 1)
      await Promise.all([queue(), queue()])
      expect(await jobsOf(kind)).toHaveLength(2)
      gate.resolve()
      await noneLeft(kind)
      expect(runs).toBe(2)
    })

    it("see what was written by whoever found them queued already", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const { alma, nora } = running().people
      const options = { dedupeKey: kind, runAt: new Date(0) }
      const seen: Array<number | null> = []
      let hasLooked = false
      const runners = await runnersOf(1, kind, async ({ subject }: { subject?: string }) => {
        if (subject === undefined) hasLooked = true
        else seen.push((await pool.query("select from threads where subject = $1", [subject])).rowCount)
      })
      const job = { subject: kind }
      await enqueue(pool, kind, job, options)
      await withTransaction(pool, async (db) => {
        await enqueue(db, kind, job, options)
        await start(runners)
        await enqueue(pool, kind, {})
        await until(async () => hasLooked)
        await db.query("insert into threads (patient_id, subject, created_by) values ($1, $2, $3)", [
          alma,
          job.subject,
          nora.id
        ])
      })
      await noneLeft(kind)
      expect(seen).toEqual([1])
    })

    it("are taken again when their worker died", async () => {
      const kind = newKind()
      await leaveBehind(kind, 1)
      const attempts: Array<number> = []
      await start(await runnersOf(2, kind, async (_payload, { attempt }) => void attempts.push(attempt)))
      await noneLeft(kind)
      expect(attempts).toEqual([2])
    })

    it("fail when they took every worker with them", async () => {
      const kind = newKind()
      await leaveBehind(kind, 3)
      let runs = 0
      await start(await runnersOf(1, kind, async () => void runs++, { maxAttempts: 3 }))
      await until(async () => (await jobsOf(kind))[0].state === "failed")
      expect(runs).toBe(0)
    })

    it("stay with a worker that takes longer than a lease", async () => {
      const kind = newKind()
      const gate = Promise.withResolvers<void>()
      const attempts: Array<number> = []
      const runners = await runnersOf(
        2,
        kind,
        async (_payload, { attempt }) => {
          attempts.push(attempt)
          await gate.promise
        },
        { leaseMillis: 600 }
      )
      await start(runners)
      await enqueue(running().ehr.pool, kind, {})
      const lease = async (): Promise<Date> => (await jobsOf(kind))[0].locked_until
      await until(async () => attempts.length > 0)
      const first = await lease()
      await until(async () => (await lease()).getTime() > first.getTime() + 600)
      gate.resolve()
      await noneLeft(kind)
      expect(attempts).toEqual([1])
    })

    it("are left alone by a worker that lost them to another", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const [runner] = await runnersOf(1, kind, async () => {
        runs++
        await gate.promise
      })
      await runner!.start()
      await enqueue(pool, kind, {})
      await until(async () => runs === 1)
      await pool.query("update jobs set attempts = 2 where kind = $1", [kind])
      gate.resolve()
      await runner!.stop()
      expect(await jobsOf(kind)).toMatchObject([{ state: "running", attempts: 2 }])
    })

    it("are tried again, and fail in the end", async () => {
      const kind = newKind()
      const attempts: Array<number> = []
      const work: JobHandler<{ works: boolean }> = async ({ works }, { attempt }) => {
        if (works && attempt === 2) return
        attempts.push(attempt)
        throw new Error("not today")
      }
      await start(await runnersOf(2, kind, work, { maxAttempts: 3 }))
      await enqueue(running().ehr.pool, kind, { works: true })
      await noneLeft(kind)
      expect(attempts).toEqual([1])
      await enqueue(running().ehr.pool, kind, { works: false })
      await until(async () => (await jobsOf(kind))[0].state === "failed")
      expect(attempts).toEqual([1, 1, 2, 3])
      expect(await jobsOf(kind)).toMatchObject([{ attempts: 3, last_error: "not today", locked_until: null }])
    })

    it("wait no second time when they failed and the same work waits", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      let runs = 0
      const work = async () => {
        runs++
        if (runs > 1) return
        await enqueue(pool, kind, {}, { dedupeKey: kind })
        throw new Error("not today")
      }
      const [runner] = await runnersOf(1, kind, work, { concurrency: 1 })
      await enqueue(pool, kind, {}, { dedupeKey: kind })
      await runner!.start()
      await noneLeft(kind)
      expect(runs).toBe(2)
    })

    it("recur once over all processes", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      let runs = 0
      const runners = await runnersOf(2, kind, async () => void runs++)
      for (const runner of runners) runner.every(kind, 3_600_000)
      await start(runners)
      for (const expected of [1, 2, 3]) {
        expect(await jobsOf(kind)).toMatchObject([{ state: "queued", attempts: 0 }])
        await pool.query("update jobs set run_at = now() where kind = $1", [kind])
        await until(async () => {
          const jobs = await jobsOf(kind)
          return runs === expected && jobs.length === 1 && jobs[0].run_at > new Date(Date.now() + 3_000_000)
        })
      }
      expect(runs).toBe(3)
    })

    it("are waited for when the process stops, which takes no more of them", async () => {
      const kind = newKind()
      const { pool } = running().ehr
      const gate = Promise.withResolvers<void>()
      let runs = 0
      const [runner] = await runnersOf(1, kind, async () => {
        runs++
        await gate.promise
      })
      await runner!.start()
      await enqueue(pool, kind, {})
      await until(async () => runs === 1)
      const stopping = runner!.stop()
      await enqueue(pool, kind, {})
      gate.resolve()
      await stopping
      expect(runs).toBe(1)
      expect(await jobsOf(kind)).toMatchObject([{ state: "queued" }])
    })
  })
}
