/** What lies in an encrypted database, and who can read it. */
import {
  Contact,
  type DirectoryEntry,
  type Message,
  MessageId,
  PatientId,
  PhoneNumber,
  SiteGroupingId,
  Thread,
  ThreadId
} from "@careline/domain"
import {
  AuditChain,
  AuditLog,
  AuditTrail,
  Changes,
  DirectoryEntries,
  Inbox,
  KeyEncryption,
  Messages,
  RowAccess,
  Threads,
  Transaction
} from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { DateTime, Effect, Exit, Layer, Redacted } from "effect"
import { createHash, randomUUID } from "node:crypto"
import { dumpDatabase } from "../../../test/support/dump.ts"
import { migratedDatabase } from "../../../test/support/postgres.ts"
import { Database, layer } from "../src/index.ts"
import { migrations } from "../src/migrations/migrations.ts"
import type { Table } from "../src/tables/Table.ts"
import * as Tables from "../src/tables/Tables.ts"

const asSystem = Effect.provideService(RowAccess, { _tag: "System" } as const)

const north = SiteGroupingId.make("north")
const contact = Contact.Contact.make("+12025550147")
const words = "I feel dizzy, says Canary McSecret"

/** Keys of the given names, the first of which wraps. The same name is the same key. */
const keysOf = (first: string, ...others: ReadonlyArray<string>) => {
  const named = (id: string) => ({ id, key: Redacted.make(createHash("sha256").update(id).digest()) })
  return KeyEncryption.make([named(first), ...others.map(named)])
}

const storeAt = (url: string, keys: KeyEncryption.KeyEncryption | null) =>
  layer({ url: Redacted.make(url), maxConnections: 3, encryption: keys === null ? null : { keys } })

/** A host's stores, for as long as the test lasts. */
const open = (url: string, keys: KeyEncryption.KeyEncryption | null) => Layer.build(storeAt(url, keys))

const now = DateTime.makeUnsafe(Date.UTC(2026, 2, 2, 9, 30))

const messageOf = (thread: Thread.Thread, position: number, content: string): Message.Message => ({
  id: MessageId.make(randomUUID()),
  siteGroupingId: thread.siteGroupingId,
  externalThreadId: thread.id,
  position,
  messageType: "sms",
  direction: "inbound",
  senderId: null,
  transcript: null,
  content,
  attachments: [],
  metaData: {},
  deliveryStatus: null,
  createdAt: now
})

/** A thread of a tenant, with one message for each text. */
const tell = Effect.fnUntraced(function* (texts: ReadonlyArray<string>, tenant = north, from = contact) {
  const key = { siteGroupingId: tenant, threadType: "voip", contact: from } as const
  const opened = Thread.open(ThreadId.make(randomUUID()), key, null, now)
  const thread = { ...opened, contactName: "Canary McSecret", lastMessagePreview: words }
  const { apply } = yield* Changes
  const { transact } = yield* Transaction
  yield* transact(
    apply([
      { _tag: "ThreadSaved", thread },
      ...texts.map((text, place) => ({ _tag: "MessageAdded", message: messageOf(thread, place + 1, text) }) as const)
    ])
  )
  return thread
})

const read = (thread: Thread.Thread) =>
  Effect.flatMap(Messages, ({ list }) =>
    Effect.map(
      list({ siteGroupingId: thread.siteGroupingId, threadId: thread.id, limit: 10, cursor: null }),
      ({ items }) => items.map(({ content }) => content).toReversed()
    )
  )

const found = (search: string) =>
  Effect.flatMap(Threads, ({ list }) =>
    Effect.map(list({ scope: [north], userId: null!, view: "all", search, limit: 10, cursor: null }), ({ items }) =>
      items.map(({ thread }) => thread.contactName)
    )
  )

/** Another contact of the tenant, whose number somebody may put in the place of the first one's. */
const allowAnother = Effect.flatMap(Transaction, ({ transact }) =>
  Effect.flatMap(Changes, ({ apply }) =>
    transact(
      apply([
        {
          _tag: "ConsentChanged",
          consent: {
            siteGroupingId: north,
            contact: Contact.Contact.make("+13035550199"),
            status: "opted_in",
            source: "staff",
            changedAt: now
          }
        }
      ])
    )
  )
)

/** As somebody with the database and no keys. */
const tamper = (url: string, statement: string) =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<{ readonly name?: string }>(statement)).pipe(
    Effect.provide(Database.layerClient({ url: Redacted.make(url), maxConnections: 1 }))
  )

/** Columns of stores that no declaration names, and that hold nothing of what a contact says or is reached by. */
const plainColumns = {
  audit_chains: ["hash"],
  broadcast_events: ["type"],
  callback_rings: ["user_id", "phone_hash"],
  careline_migrations: ["name"],
  data_keys: ["purpose", "key_id", "wrapped"],
  media_uploads: ["key", "user_id"],
  message_read_status: ["user_id"],
  messages: ["thread_id"],
  number_strays: ["contact_hash"],
  number_watch: ["conditions"],
  phone_numbers: ["area_code"],
  platform_settings: ["settings"],
  readers: ["user_id"],
  send_attempts: ["provider", "from_number", "provider_message_id", "status", "detail"],
  thread_patients: ["patient_id"],
  unread_threads: ["user_id"],
  webhook_events: ["state", "reason"]
}

describe("An encrypted database", () => {
  it.live("has been thought of column by column", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      yield* open(url, keysOf("current"))
      const columns = yield* tamper(
        url,
        `select table_name || '.' || column_name as name from information_schema.columns
         where table_schema = 'public' and data_type in ('text', 'json', 'jsonb', 'ARRAY', 'bytea')
           and column_name <> 'site_grouping_id'`
      )
      const declared = Object.values<Pick<Table<unknown>, "all" | "associatedData" | "encrypted" | "name">>(Tables)
      const known = new Set([
        ...declared.flatMap(({ all, name }) => all.map((column) => `${name}.${column.name}`)),
        ...Object.entries(plainColumns).flatMap(([table, names]) => names.map((name) => `${table}.${name}`))
      ])
      const unknown = columns.filter(({ name }) => !known.has(String(name)))
      assert.deepStrictEqual(unknown, [], "say of these columns whether they are encrypted")
      // A value opens in its row only. Of settings, a tenant has one row.
      const unbound = declared.filter(
        ({ associatedData, encrypted }) =>
          encrypted.some(({ kept }) => kept === "encrypted") && associatedData.length === 0
      )
      assert.deepStrictEqual(
        unbound.map(({ name }) => name),
        ["voip_settings"]
      )
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("holds no word, name or number, and is searched all the same", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const host = yield* open(url, keysOf("current"))
      yield* Effect.gen(function* () {
        const thread = yield* tell([words, ""])
        assert.deepStrictEqual(yield* read(thread), [words, ""])
        for (const search of ["canary mc", "(202) 555-0147", "ary"]) assert.lengthOf(yield* found(search), 1)
        assert.lengthOf(yield* found("nobody"), 0)
      }).pipe(Effect.provide(host))
      const dump = yield* Effect.promise(() => dumpDatabase(url))
      for (const told of ["dizzy", "Canary", "2025550147"]) assert.notInclude(dump, told)
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("holds no name and no phone of its directory, which was there before it was encrypted or came later", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const space = { siteGroupingId: north, kind: "patient" } as const
      const entryOf = (id: string): DirectoryEntry.DirectoryEntry => ({
        ...space,
        id: PatientId.make(id),
        name: `Canary McSecret ${id}`,
        phones: [{ number: PhoneNumber.E164.make(contact), language: null, isProxy: false, since: now }],
        timeZone: null,
        createdAt: now,
        updatedAt: now
      })
      const add = (id: string) =>
        Effect.flatMap(Transaction, ({ transact }) =>
          Effect.flatMap(DirectoryEntries, (entries) => transact(entries.add(entryOf(id))))
        )
      yield* Effect.scoped(Effect.flatMap(open(url, null), (host) => Effect.provide(add("before"), host)))
      const host = yield* open(url, keysOf("current"))
      yield* Effect.gen(function* () {
        yield* add("after")
        const entries = yield* DirectoryEntries
        const holders = yield* entries.holders([{ siteGroupingId: north, contact }])
        const kept = holders.map(({ entry }) => entry).toSorted((one, other) => one.id.localeCompare(other.id))
        assert.deepStrictEqual(kept, [entryOf("after"), entryOf("before")])
        const named = yield* entries.list(space, "canary bef", { limit: 10, cursor: null })
        assert.deepStrictEqual(named.items, [entryOf("before")])
      }).pipe(Effect.provide(host))
      const dump = yield* Effect.promise(() => dumpDatabase(url))
      for (const told of ["Canary", "2025550147"]) assert.notInclude(dump, told)
    }).pipe(Effect.provideService(RowAccess, { _tag: "Staff", scope: [north] } as const), Effect.scoped)
  )

  it.live("holds no on-call number in its audit log, whose chain can be followed without a key", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const note = (sealed: string) =>
        Effect.flatMap(AuditLog, ({ record }) =>
          record([
            {
              siteGroupingId: north,
              actor: "admin",
              action: "settings.change",
              subject: "settings:north",
              detail: { fields: "escalationPhoneNumbers", sealed },
              at: now
            }
          ])
        )
      const told = Effect.flatMap(AuditTrail, ({ list }) =>
        Effect.map(list({ scope: [north], limit: 10, cursor: null }), ({ items }) =>
          items.map(({ detail }) => detail.sealed)
        )
      )
      // The first is of the time before there were keys, and stays as it was chained.
      yield* Effect.provide(note("before"), yield* open(url, null))
      const host = yield* open(url, keysOf("current"))
      yield* Effect.provide(note('{"new":["+12025550147"]}'), host)
      assert.deepStrictEqual(yield* Effect.provide(told, host), ['{"new":["+12025550147"]}', "before"])
      assert.notInclude(yield* Effect.promise(() => dumpDatabase(url)), "2025550147")
      yield* Effect.gen(function* () {
        const { heads, links } = yield* AuditTrail
        const [head] = yield* heads([north])
        const { faults, last } = AuditChain.follow(AuditChain.start(north), yield* links(north, 0, 10))
        assert.deepStrictEqual([...faults, ...AuditChain.end(last, head!)], [])
      }).pipe(Effect.provide(host))
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("of before contacts had keys brings one contact's threads together, once a host has its keys", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const spellings = ["+541123456781", "+5491123456781"].map((number) => Contact.Contact.make(number))
      const host = yield* open(url, keysOf("current"))
      yield* tamper(url, "drop index external_threads_contact")
      yield* Effect.provide(tell(["one"], north, spellings[0]!), host)
      yield* Effect.provide(tell(["two"], north, spellings[1]!), host)
      yield* tamper(url, "alter table external_threads drop column contact_key")
      yield* tamper(
        url,
        `alter table external_threads add constraint external_threads_site_grouping_id_thread_type_external_cont_key
         unique (site_grouping_id, thread_type, external_contact)`
      )
      yield* Effect.flatMap(PgClient.PgClient, (sql) => sql.withTransaction(migrations["24_contact_keys"])).pipe(
        Effect.provide(Database.layerClient({ url: Redacted.make(url), maxConnections: 1 }))
      )

      const next = yield* open(url, keysOf("current"))
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* found("canary"), ["Canary McSecret"])
        const threads = yield* Effect.flatMap(Transaction, ({ transact }) =>
          transact(
            Effect.flatMap(Threads, ({ loadByKeys }) =>
              loadByKeys(spellings.map((one) => ({ siteGroupingId: north, threadType: "voip", contact: one })))
            )
          )
        )
        assert.lengthOf(threads, 1)
        assert.sameMembers([...(yield* read(threads[0]!))], ["one", "two"])
        assert.strictEqual(threads[0]!.lastMessagePreview, words)
      }).pipe(Effect.provide(next))
      assert.notInclude(yield* Effect.promise(() => dumpDatabase(url)), "1123456781")
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("gives nothing that was altered, or moved from where it stood", () =>
    Effect.gen(function* () {
      for (const forgery of [
        "update messages a set content = b.content from messages b where a.id <> b.id",
        "update messages set content = overlay(content placing 'AAAA' from 60)",
        "update messages set attachments = to_jsonb(content)",
        "update external_threads set external_contact = (select max(contact) from consents)"
      ]) {
        const url = yield* Effect.promise(migratedDatabase)
        const host = yield* open(url, keysOf("current"))
        const thread = yield* Effect.provide(tell(["one", "two"]), host)
        yield* Effect.provide(allowAnother, host)
        yield* tamper(url, forgery)
        const seen = Effect.andThen(read(thread), found("canary"))
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.provide(seen, host))), forgery)
      }
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("takes nothing in the open, and an event that cannot be opened keeps nobody waiting", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const without = yield* open(url, null)
      const host = yield* open(url, keysOf("current"))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.provide(tell(["in the open"]), without))))
      const report = (id: string) => ({
        provider: "acme",
        account: "main",
        event: {
          _tag: "DeliveryReported" as const,
          providerMessageId: id,
          attemptId: null,
          status: "delivered" as const,
          failureReason: null,
          errorCode: null
        }
      })
      yield* Effect.provide(
        Effect.gen(function* () {
          const { accept, claimReports, parked } = yield* Inbox
          yield* accept([report("first"), report("second")])
          yield* tamper(
            url,
            "update webhook_events set event = to_jsonb('sealed1.x.y'::text) where provider_message_id = 'first'"
          )
          const { transact } = yield* Transaction
          const { reports } = yield* transact(claimReports(10))
          assert.deepStrictEqual(
            reports.map(({ event }) => event.providerMessageId),
            ["second"]
          )
          assert.lengthOf((yield* parked({ limit: 10, cursor: null })).items, 1)
        }),
        host
      )
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("changes the key that wraps its keys while hosts read and write", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const first = yield* open(url, keysOf("old", "new"))
      const before = yield* Effect.provide(tell(["before"]), first)
      const [second] = yield* Effect.all([open(url, keysOf("new", "old")), Effect.provide(read(before), first)], {
        concurrency: 2
      })
      const during = yield* Effect.provide(tell(["during"], SiteGroupingId.make("south")), first)
      assert.deepStrictEqual(yield* Effect.provide(read(during), second), ["during"])
      // The next start wraps what the first host made meanwhile, and the old key can go.
      yield* open(url, keysOf("new", "old"))
      const last = yield* open(url, keysOf("new"))
      assert.deepStrictEqual(yield* Effect.provide(read(before), last), ["before"])
      assert.deepStrictEqual(yield* Effect.provide(read(during), last), ["during"])
    }).pipe(asSystem, Effect.scoped)
  )

  it.live("encrypts what was kept in the open once it gets keys, and cannot be opened without them", () =>
    Effect.gen(function* () {
      const url = yield* Effect.promise(migratedDatabase)
      const before = yield* Effect.provide(tell([words]), yield* open(url, null))
      assert.include(yield* Effect.promise(() => dumpDatabase(url)), "dizzy")
      const host = yield* open(url, keysOf("current"))
      assert.notInclude(yield* Effect.promise(() => dumpDatabase(url)), "dizzy")
      assert.deepStrictEqual(yield* Effect.provide(read(before), host), [words])
      const [known] = yield* Effect.provide(
        Effect.flatMap(Transaction, ({ transact }) =>
          transact(
            Effect.flatMap(Threads, ({ loadByKeys }) =>
              loadByKeys([{ siteGroupingId: north, threadType: "voip", contact }])
            )
          )
        ),
        host
      )
      assert.strictEqual(known?.id, before.id)
      assert.lengthOf(yield* Effect.provide(found("canary"), host), 1)
      for (const keys of [null, keysOf("another")]) {
        assert.isTrue(Exit.isFailure(yield* Effect.exit(Effect.scoped(open(url, keys)))))
      }
    }).pipe(asSystem, Effect.scoped)
  )
})
