/** Databases that are in use already are brought up to date without losing what is in them. */
import { Contact, SiteGroupingId, ThreadId, UserId } from "@careline/domain"
import { AuditChain, AuditTrail, Consents, Messages, RowAccess, Settings, Threads } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { Migrator } from "effect/sql"
import { freshDatabase } from "../../../test/support/postgres.ts"
import { Database, stores } from "../src/index.ts"
import { migrations } from "../src/migrations/migrations.ts"

const north = SiteGroupingId.make("north")
const [thread, first, second] = [1, 2, 3].map((digit) => `00000000-0000-7000-8000-00000000000${digit}`)

/** The tables as so many migrations left them. */
const migrateTo = (last: number) =>
  Migrator.make({})({
    table: "careline_migrations",
    loader: Migrator.fromRecord(Object.fromEntries(Object.entries(migrations).slice(0, last)))
  })

/** A tenant with an empty thread. */
const inUse = Effect.fnUntraced(function* (sql: PgClient.PgClient, tenant: string) {
  yield* sql`insert into site_groupings (id) values (${tenant}) on conflict do nothing`
  yield* sql`
    insert into external_threads (site_grouping_id, id, thread_type, external_contact, patient_ids, unread_count,
      last_position, read_position, last_message_at, last_message_preview, escalation_state, escalation_period,
      created_at, updated_at)
    values (${tenant}, ${thread!}::uuid, 'voip', '+12025550147', '{}', 0, 0, 0, now(), '', 'idle', 0, now(), now())`
})

const attempted = (sql: PgClient.PgClient, tenant: string, id: string, from: string) =>
  Effect.gen(function* () {
    yield* sql`
      insert into sends (site_grouping_id, id, external_thread_id, purpose, message_class, from_number, from_number_id,
        to_number, body, media_urls, attempts, attempt_id, state, not_before, queued_at)
      values (${tenant}, ${id}::uuid, ${thread!}::uuid, 'reply', 'care', ${from}, ${id}::uuid, '+12025550147', 'Hello',
        '{}', 1, ${id}::uuid, 'accepted', now(), now())`
    yield* sql`
      insert into send_attempts (site_grouping_id, id, send_id, provider, started_at, deadline)
      values (${tenant}, ${id}::uuid, ${id}::uuid, 'twilio', now(), now())`
  })

describe("A database in use", () => {
  it.live("goes on from where it is, though its migrations were numbered with gaps", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(20)
        yield* sql`
          update careline_migrations set migration_id = -(migration_id + case when migration_id > 18 then 2 else 1 end)
          where migration_id > 10`
        yield* sql`update careline_migrations set migration_id = -migration_id where migration_id < 0`
        yield* Database.migrate
        const recorded = yield* sql<{ key: string }>`
          select migration_id || '_' || name as key from careline_migrations order by migration_id`
        assert.deepStrictEqual(
          recorded.map(({ key }) => key),
          Object.keys(migrations)
        )
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 1 })))
    })
  )

  it.live("keeps its attempts, which left from the numbers of their texts", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(2)
        yield* inUse(sql, "north")
        yield* attempted(sql, "north", first!, "+12025550100")
        yield* attempted(sql, "north", second!, "+12025550101")
        yield* Database.migrate
        const attempts = yield* sql<{ id: string; from_number: string }>`
          select id, from_number from send_attempts order by id`
        assert.deepStrictEqual(
          attempts.map((attempt) => [attempt.id, attempt.from_number]),
          [
            [first, "+12025550100"],
            [second, "+12025550101"]
          ]
        )
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
    })
  )

  it.live("goes on with what held for all tenants, but for what none inherits", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(2)
        yield* inUse(sql, "north")
        const systemWide = {
          voipEnabled: false,
          escalationTimerMinutes: null,
          escalationPhoneNumbers: ["+12025550187"]
        }
        yield* sql`
          insert into voip_settings (site_grouping_id, settings) values
            ('', ${JSON.stringify(systemWide)}::jsonb), ('north', '{"dailyLimitPerContact": 3}')`
        yield* Database.migrate
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
      yield* Effect.gen(function* () {
        const settings = yield* Settings
        assert.deepStrictEqual(yield* settings.platform(), { voipEnabled: false, escalationTimerMinutes: null })
        const [north, south] = yield* settings.effective([SiteGroupingId.make("north"), SiteGroupingId.make("south")])
        const held = { voipEnabled: false, escalationTimerMinutes: null, escalationPhoneNumbers: [] }
        assert.deepInclude(north, { ...held, dailyLimitPerContact: 3 })
        assert.deepInclude(south, held)
      }).pipe(
        Effect.provideService(RowAccess, { _tag: "System" }),
        Effect.provide(stores.pipe(Layer.provide(Database.layerRowLevelSecurity({ url }))))
      )
    })
  )

  it.live("has its audit log chained, in the order in which it was written", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(2)
        yield* sql`
          insert into audit_log (site_grouping_id, actor, action, subject, detail, at)
          select case when n % 2 = 0 then '' else 'north' end, 'nurse', 'thread.read', 'thread:' || n,
                 '{"position": 1, "by": "q"}', now()
          from generate_series(1, 1201) n`
        yield* Database.migrate
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
      yield* Effect.gen(function* () {
        const { heads, links } = yield* AuditTrail
        const [, north] = yield* heads("all")
        const records = yield* links(SiteGroupingId.make("north"), 0, 1_000)
        const subjects = [records[0], records.at(-1)].map((record) => record?.subject)
        assert.deepStrictEqual([...subjects, records.length], ["thread:1", "thread:1201", 601])
        const { faults, last } = AuditChain.follow(AuditChain.start(north!.siteGroupingId), records)
        assert.deepStrictEqual([...faults, ...AuditChain.end(last, north!)], [])
      }).pipe(
        Effect.provideService(RowAccess, { _tag: "System" }),
        Effect.provide(stores.pipe(Layer.provide(Database.layerRowLevelSecurity({ url }))))
      )
    })
  )

  const [newer, older] = ["+5491123456781", "+541123456781"]
  const [newerThread, olderThread] = [first!, second!]

  /** Two threads of one contact, by the two spellings of the phone, each with its messages. */
  const twoThreads = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
    yield* sql`insert into site_groupings (id) values ('north')`
    for (const [id, contact, inbound, last] of [
      [newerThread, newer, 2, "2026-03-02T12:00:00Z"],
      [olderThread, older, 2, "2026-03-02T11:30:00Z"]
    ] as const) {
      yield* sql`
        insert into external_threads (site_grouping_id, id, thread_type, external_contact, contact_name, patient_ids,
          unread_count, last_position, read_position, last_message_at, last_message_preview, last_inbound_at,
          auto_replied_at, escalation_state, escalation_period, created_at, updated_at)
        values ('north', ${id}::uuid, 'voip', ${contact}, ${id === olderThread ? "Ana" : null}, ${[id]}, ${inbound}, 3, 0,
          ${last}::timestamptz, ${`from ${contact}`}, ${last}::timestamptz, ${last}::timestamptz, 'idle', 0,
          ${last}::timestamptz, ${last}::timestamptz)`
      for (const position of [1, 2, 3]) {
        yield* sql`
          insert into messages (site_grouping_id, id, external_thread_id, position, message_type, direction, content,
            attachments, meta_data, created_at)
          values ('north', gen_random_uuid(), ${id}::uuid, ${position}, ${position === 2 ? "system" : "sms"},
            ${position === 2 ? "outbound" : "inbound"}, ${`${contact} ${position}`}, '[]',
            ${position === 2 ? '{"messageSubType":"auto_reply"}' : "{}"}::jsonb,
            ${last}::timestamptz + ${`${position - 3} hours`}::interval)`
      }
    }
    yield* sql`
      insert into message_read_status (site_grouping_id, external_thread_id, user_id, position, read_at) values
        ('north', ${newerThread}::uuid, 'nurse', 3, now()), ('north', ${olderThread}::uuid, 'nurse', 1, now())`
    yield* sql`
      insert into consents (site_grouping_id, contact, status, source, changed_at) values
        ('north', ${older}, 'opted_out', 'keyword', now()), ('north', ${newer}, 'opted_in', 'staff', now()),
        ('north', '+525512345678', 'opted_in', 'staff', now())`
    yield* sql`
      insert into escalations (site_grouping_id, external_thread_id, period, state, due_at, notified)
      values ('north', ${olderThread}::uuid, 1, 'running', '2026-03-02T12:10:00Z', '{}')`
  })

  const seenBy = (userId: string) =>
    Effect.map(
      Effect.flatMap(Threads, ({ list }) =>
        list({ scope: "all", view: "all", userId: UserId.make(userId), limit: 10, cursor: null })
      ),
      ({ items }) => items
    )
  const historyOf = (threadId: string) =>
    Effect.map(
      Effect.flatMap(Messages, ({ list }) =>
        list({ siteGroupingId: north, threadId: ThreadId.make(threadId), limit: 10, cursor: null })
      ),
      ({ items }) => items.map(({ content }) => content).toReversed()
    )
  const bothHistories = [1, 2, 3].flatMap((position) => [`${older} ${position}`, `${newer} ${position}`])

  it.live("has one thread and the stricter consent of a contact whose phone was spelled in two ways", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(2)
        yield* twoThreads(sql)
        yield* Database.migrate
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
      yield* Effect.gen(function* () {
        const [view, ...others] = yield* seenBy("nurse")
        assert.isEmpty(others)
        assert.strictEqual(view!.thread.externalContact as string, newer)
        assert.deepInclude(view!.thread, {
          id: ThreadId.make(newerThread),
          contactName: "Ana",
          lastMessagePreview: `from ${newer}`,
          lastPosition: 6,
          lastInboundPosition: 6
        })
        assert.sameMembers([...view!.thread.patientIds], [newerThread, olderThread])
        assert.deepStrictEqual(yield* historyOf(newerThread), bothHistories)
        assert.isTrue(view!.optedOut)
        // Of what came by the older spelling the nurse had read one message, which came first.
        assert.strictEqual(view!.unreadCount, 2)
        assert.deepInclude(view!.thread.escalation, { state: "running", period: 1 })
        const contacts = [older, newer, "+5215512345678"].map((contact) => ({
          siteGroupingId: north,
          contact: Contact.Contact.make(contact)
        }))
        const consents = yield* Effect.flatMap(Consents, ({ load }) => load(contacts))
        assert.sameDeepMembers(
          consents.map(({ contact, status }) => [contact as string, status as string]),
          [
            [older, "opted_out"],
            ["+525512345678", "opted_in"]
          ]
        )
      }).pipe(
        Effect.provideService(RowAccess, { _tag: "System" }),
        Effect.provide(stores.pipe(Layer.provide(Database.layerRowLevelSecurity({ url }))))
      )
    })
  )

  /** Two threads of one contact, changed so, as the migration leaves the one that it keeps. */
  const keptOf = (change: (sql: PgClient.PgClient) => Effect.Effect<unknown, unknown>) =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      return yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(2)
        yield* twoThreads(sql)
        yield* change(sql)
        yield* Database.migrate
        const [kept] = yield* sql`
          select t.external_contact, t.patient_ids, t.facility_id, t.escalation_due_at::text as thread_due,
                 (select string_agg(e.due_at::text, ' ') from escalations e
                  where e.external_thread_id = t.id and e.state = 'running') as alarm_due
          from external_threads t where t.deleted_at is null`
        return kept!
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
    })

  it.live("answers a contact at the spelling that wrote last, whichever one was written to since", () =>
    Effect.gen(function* () {
      const kept = yield* keptOf(
        (sql) =>
          sql`update external_threads set last_message_at = '2026-03-03T12:00:00Z' where id = ${olderThread}::uuid`
      )
      assert.strictEqual(kept.external_contact, newer)
    })
  )

  it.live("raises the alarm of a contact when the first of two is due", () =>
    Effect.gen(function* () {
      const kept = yield* keptOf((sql) =>
        Effect.andThen(
          sql`
            insert into escalations (site_grouping_id, external_thread_id, period, state, due_at, notified)
            values ('north', ${newerThread}::uuid, 1, 'running', '2026-03-02T12:40:00Z', '{}')`,
          sql`
            update external_threads t set escalation_state = 'running', escalation_period = 1, escalation_due_at = e.due_at
            from escalations e where e.external_thread_id = t.id`
        )
      )
      const due = "2026-03-02 12:10:00+00"
      assert.deepInclude(kept, { thread_due: due, alarm_due: due })
    })
  )

  it.live("keeps the patients of both threads of a contact, rather than a facility", () =>
    Effect.gen(function* () {
      const kept = yield* keptOf(
        (sql) => sql`update external_threads set facility_id = 'f', patient_ids = '{}' where id = ${newerThread}::uuid`
      )
      assert.deepInclude(kept, { patient_ids: [olderThread], facility_id: null })
    })
  )

  it.live("keeps a contact's lane from its next try for as long as that of either spelling", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* migrateTo(23)
        const [sooner, later] = ["2026-03-02T12:10:00Z", "2026-03-02T12:40:00Z"]
        yield* sql`
          insert into lanes (site_grouping_id, contact, blocked_until) values
            ('north', ${newer}, ${later}::timestamptz), ('north', ${older}, ${sooner}::timestamptz),
            ('south', ${newer}, null), ('south', ${older}, ${sooner}::timestamptz), ('east', ${newer}, null)`
        yield* Database.migrate
        const lanes = yield* sql<{ site_grouping_id: string; until: string | null }>`
          select site_grouping_id, to_char(blocked_until at time zone 'UTC', 'HH24:MI') as until
          from lanes order by site_grouping_id`
        assert.deepStrictEqual(
          lanes.map(({ site_grouping_id: tenant, until }) => [tenant, until]),
          [
            ["east", null],
            ["north", "12:40"],
            ["south", "12:10"]
          ]
        )
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 2 })))
    })
  )

  it.live("takes no thread without a key from a host of before", () =>
    Effect.gen(function* () {
      const url = Redacted.make(yield* Effect.promise(freshDatabase))
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* Database.migrate
        yield* sql`insert into site_groupings (id) values ('north')`
        const opened = sql`
          insert into external_threads (site_grouping_id, id, thread_type, external_contact, patient_ids, last_position,
            last_message_at, last_message_preview, search_bits, escalation_state, escalation_period, created_at, updated_at)
          values ('north', ${thread!}::uuid, 'voip', '+12025550147', '{}', 0, now(), '', '', 'idle', 0, now(), now())`
        assert.include(String((yield* Effect.flip(opened)).reason.cause), "external_threads_keyed")
      }).pipe(Effect.provide(Database.layerClient({ url, maxConnections: 1 })))
    })
  )
})
