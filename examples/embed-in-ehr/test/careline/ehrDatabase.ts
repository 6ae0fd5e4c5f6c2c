/**
 * The EHR's database for one test: migrated, with a few people in it, and with a clock that a test can put forward.
 *
 * The clock is a `now()` of this database's own that is found before PostgreSQL's, so that the EHR's SQL needs nothing for
 * tests.
 */
import { createServer } from "node:http"
import { Pool } from "pg"
import { inject } from "vitest"
import { exampleDatabase } from "../../../../test/support/postgres.ts"
import { ChatGateway } from "../../src/ehr/chatGateway.ts"
import { JobRunner } from "../../src/ehr/jobs.ts"
import { migrate } from "../../src/ehr/migrate.ts"
import type { Services } from "../../src/ehr/services.ts"

const CLOCK = `
  create schema clock;
  create table clock.ahead (by interval not null);
  insert into clock.ahead values (interval '0');
  create function clock.now() returns timestamptz language sql stable as $$
    select pg_catalog.now() + by from clock.ahead
  $$;`

/** Each table's ids begin elsewhere, so that none is taken for another's. */
const SEQUENCES = Object.entries({
  site_groups: 101,
  users: 201,
  facilities: 301,
  patients: 401,
  phone_lines: 1001,
  external_threads: 2001,
  messages: 3001,
  outbound_texts: 4001,
  outbound_attempts: 5001
})
  .map(([table, start]) => `alter table ${table} alter column id restart with ${start};`)
  .join("\n")

const PEOPLE = `
  insert into site_groups (name) values ('Harbor'), ('Hillside');
  insert into users (email, display_name, password_hash, role) values
    ('kim@example.org', 'Kim', '-', 'clinician'), ('sam@example.org', 'Sam', '-', 'clinician');
  insert into facilities (site_group_id, name, phone, time_zone) values
    (101, 'Harbor Clinic', '+12025550100', 'America/New_York'), (102, 'Hill Clinic', '+13035550100', 'America/Denver');
  insert into patients (facility_id, given_name, family_name) values (301, 'Ada', 'North'), (301, 'Ben', 'West');`

export const people = {
  siteGroups: ["101", "102"],
  users: ["201", "202"],
  facilities: ["301", "302"],
  patients: ["401", "402"]
} as const

const withPool = async (connectionString: string, work: (pool: Pool) => Promise<unknown>): Promise<void> => {
  const pool = new Pool({ connectionString, max: 2 })
  await work(pool)
  await pool.end()
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)

/** For connections that are opened from here on. New tables go to the first schema. */
const setClock = (pool: Pool, url: string) =>
  pool.query(`alter database ${nameOf(url)} set search_path = public, clock, pg_catalog`)

/** Migrated once; a database for each test is a copy of it. */
const makeTemplate = async (): Promise<string> => {
  const url = await exampleDatabase()
  await withPool(url, async (pool) => {
    await pool.query(CLOCK)
    await setClock(pool, url)
  })
  await withPool(url, async (pool) => {
    await migrate(pool)
    await pool.query(SEQUENCES)
    await pool.query(PEOPLE)
  })
  return url
}

let template: Promise<string> | undefined

const copyOfTemplate = async (): Promise<string> => {
  template ??= makeTemplate()
  const from = nameOf(await template)
  const url = new URL(inject("examplePostgresUrl"))
  const name = `test_${crypto.randomUUID().replaceAll("-", "")}`
  await withPool(url.href, async (pool) => {
    await pool.query(`create database ${name} template ${from}`)
    url.pathname = `/${name}`
    await setClock(pool, url.href)
  })
  return url.href
}

export interface TestServices extends Services {
  readonly advance: (millis: number) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** What the EHR's repositories work with, on a database of their own. Its jobs wait, and nobody runs them. */
export const startServices = async (): Promise<TestServices> => {
  const pool = new Pool({ connectionString: await copyOfTemplate(), max: 12 })
  const server = createServer()
  const chat = new ChatGateway(pool, server, { pollMillis: 50 })
  // The gateway closes the server, which has to listen for that.
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  await chat.start()
  return {
    pool,
    chat,
    jobs: new JobRunner(pool),
    advance: (millis) => pool.query("update clock.ahead set by = by + $1 * interval '1 millisecond'", [millis]),
    close: async () => {
      await chat.close()
      await pool.end()
    }
  }
}
