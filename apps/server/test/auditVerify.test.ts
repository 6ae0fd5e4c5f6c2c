/** The audit log as `pnpm audit:verify` reads it: whole, or with what somebody who owns the database did to it. */
import { spawn } from "node:child_process"
import { layer as postgres } from "@careline/adapter-postgres"
import * as Application from "@careline/application"
import type { SiteGroupingId, UserId } from "@careline/domain"
import { PgClient } from "@effect/sql-pg"
import { Effect, Redacted } from "effect"
import { assert, beforeAll, describe, it } from "vitest"
import { freshDatabase } from "../../../test/support/postgres.ts"
import { describeFault } from "../src/cli/AuditFaults.ts"

const administrator: Application.Actor = { userId: "administrator" as UserId, scope: "all" }
const tenant = "north" as SiteGroupingId
const CHANGES = 30

let database: string

/** Who owns the tables, and can do to them what nobody else can. */
const owner = <A extends object>(statement: string): Promise<ReadonlyArray<A>> =>
  Effect.runPromise(
    Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(statement)).pipe(
      Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 }))
    )
  )

const run = <A, E>(effect: Effect.Effect<A, E, any>): Promise<A> =>
  Effect.runPromise(
    Effect.provide(effect, postgres({ url: Redacted.make(database), maxConnections: 4 })) as Effect.Effect<A, E>
  )

beforeAll(async () => {
  database = await freshDatabase()
  await run(
    Effect.gen(function* () {
      yield* Application.createSiteGrouping(administrator, { id: tenant, name: "North" })
      for (let minutes = 1; minutes <= CHANGES; minutes++) {
        yield* Application.changeLineSettings(administrator, tenant, { escalationTimerMinutes: minutes })
      }
    })
  )
})

describe("The audit log", () => {
  const verify = (...args: ReadonlyArray<string>) =>
    new Promise<{ readonly code: number | null; readonly said: string }>((resolve) => {
      const child = spawn(process.execPath, ["apps/server/src/cli/audit-verify.ts", ...args], {
        env: { PATH: process.env.PATH, DATABASE_URL: database }
      })
      let said = ""
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()))
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()))
      child.once("close", (code) => resolve({ code, said }))
    })

  const north = "site_grouping_id = 'north'"
  const newest = `place = (select max(place) from audit_log where ${north})`

  it("can only be added to, and is whole until somebody who owns the database gets around that", async () => {
    const refused = await owner(`delete from audit_log where ${north}`).catch((error: unknown) => String(error))
    assert.include(refused, "SqlError")
    const { faults, heads } = await run(Application.verifyAudit())
    assert.deepStrictEqual(faults, [])
    const head = heads.find(({ siteGroupingId }) => siteGroupingId === "north")!
    assert.isAbove(head.place, 20)

    await owner("alter table audit_log disable trigger audit_log_only_grows, drop constraint audit_log_place_check")
    const tamper: ReadonlyArray<readonly [statement: string, found: string]> = [
      [`update audit_log set actor = 'nobody' where ${north} and place = 3`, "entry 3 of site grouping north is not"],
      [`delete from audit_log where ${north} and place in (5, 6)`, "entries 5 to 6 of site grouping north are missing"],
      [
        `update audit_log set place = case place when 8 then -9 else -8 end where ${north} and place in (8, 9)`,
        "entries 8 to 9 of site grouping north are missing"
      ],
      [
        `update audit_log set place = -place where ${north} and place in (-8, -9)`,
        "entry 8 of site grouping north is not"
      ],
      [
        `insert into audit_log (site_grouping_id, place, actor, action, subject, detail, at, hash)
         select site_grouping_id, 5, actor, action, subject, detail, at, hash from audit_log where ${north} and place = 4`,
        "entry 5 of site grouping north is not"
      ],
      [
        `insert into audit_log (site_grouping_id, place, actor, action, subject, detail, at, hash)
         select site_grouping_id, ${head.place + 2}, actor, action, subject, detail, at, hash from audit_log where ${north} and place = 4`,
        `entry ${head.place + 1} of site grouping north is missing`
      ],
      [`delete from audit_log where ${north} and place > ${head.place}`, "entry 5 of site grouping north is not"],
      [`delete from audit_log where ${north} and ${newest}`, `entry ${head.place} of site grouping north is missing`],
      // With its head, so that nothing in the database tells.
      [
        `update audit_chains set (place, hash) = (select place, hash from audit_log where ${north} and ${newest}) where ${north}`,
        `the entry ${head.hash} of site grouping north is missing`
      ]
    ]
    for (const [statement, found] of tamper.slice(0, -1)) {
      await owner(statement)
      const verdict = await run(Application.verifyAudit())
      assert.include(verdict.faults.map(describeFault).join("\n"), found)
    }
    await owner(tamper.at(-1)![0])
    const { code, said } = await verify(`--head=north=${head.hash}`)
    assert.strictEqual(code, 1, said)
    for (const [, found] of [tamper[0]!, tamper.at(-1)!]) assert.include(said, `✗ ${found}`)
    assert.notInclude(said, `entry ${head.place} of`)
  })
})
