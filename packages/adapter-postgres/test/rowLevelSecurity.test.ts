/** Row-level security: what a database says of its policies, and what gets through them. */
import { SiteGroupingId, type Tenant, Thread, ThreadId, type UserId } from "@careline/domain"
import { Changes, RowAccess, Settings, type TenantScope, Threads, Transaction } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Exit, Layer, Redacted } from "effect"
import fc from "fast-check"
import { migratedDatabase } from "../../../test/support/postgres.ts"
import { Database, layer } from "../src/index.ts"
import * as RowLevelSecurityCheck from "../src/row-level-security/RowLevelSecurityCheck.ts"

const tenants: ReadonlyArray<Tenant> = [null, SiteGroupingId.make("north"), SiteGroupingId.make('so"u,th')]
const userId = "user-1" as UserId

const by =
  (scope: TenantScope) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.provideService(effect, RowAccess, { _tag: "Staff", scope })
const bySystem = Effect.provideService(RowAccess, { _tag: "System" } as const)

const openThread = Effect.fnUntraced(function* (siteGroupingId: Tenant, nth: number) {
  const contact = `+1202${2_000_000 + nth}` as Thread.ThreadKey["contact"]
  const thread = Thread.open(
    ThreadId.make(crypto.randomUUID()),
    { siteGroupingId, threadType: "voip", contact },
    null,
    DateTime.makeUnsafe(0)
  )
  yield* (yield* Changes).apply([{ _tag: "ThreadSaved", thread }])
  return thread
})

const listed = Effect.fnUntraced(function* (scope: TenantScope) {
  const { items } = yield* (yield* Threads).list({ scope, userId, view: "all", limit: 200, cursor: null })
  return items.map(({ thread }) => thread)
})

const world = (maxConnections: number) =>
  Effect.map(Effect.promise(migratedDatabase), (database) => {
    const url = Redacted.make(database)
    const owner = Database.layerClient({ url, maxConnections: 1 })
    return {
      owner: <A, E>(effect: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
        Effect.provide(Effect.flatMap(PgClient.PgClient, effect), owner),
      store: layer({ url, maxConnections })
    }
  })

describe("Row-level security between tenants", () => {
  it.live("stand around every table with a tenant, and a database in which one has a gap is not opened", () =>
    Effect.gen(function* () {
      const { owner, store } = yield* world(4)
      yield* Effect.void.pipe(Effect.provide(store))
      assert.deepStrictEqual(yield* owner(RowLevelSecurityCheck.gaps), [])
      yield* owner((sql) => sql`create table forgotten (site_grouping_id text, words text)`)
      yield* owner((sql) => sql`grant select on forgotten to careline_app`)
      // Whoever embeds us has tables of their own.
      yield* owner((sql) => sql`create table patients (site_grouping_id text, words text)`)
      yield* owner((sql) => sql`alter table messages no force row level security`)
      yield* owner((sql) => sql`grant delete on audit_log to careline_app`)
      yield* owner(
        (sql) => sql`create function careline_peek() returns bigint language sql security definer as 'select 1::bigint'`
      )
      yield* owner((sql) => sql`create policy open on consents using (true)`)
      yield* owner((sql) => sql`create view everything as select * from external_threads`)
      yield* owner((sql) => sql`grant select on everything to careline_app`)
      assert.sameMembers(yield* owner(RowLevelSecurityCheck.gaps), [
        "the table forgotten has no forced policy",
        "the table messages has no forced policy",
        "a policy of consents is for everybody",
        "the role careline_app may delete the table audit_log",
        "the function careline_peek runs as its owner",
        "a view shows rows as its owner: everything"
      ])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(store)))
      assert.include(String(error), "the table forgotten has no forced policy")
    })
  )

  it.live("show nothing to nobody, and take nothing that is another tenant's, whatever is asked for", () =>
    Effect.gen(function* () {
      const { store } = yield* world(4)
      const [, north, south] = tenants
      yield* Effect.gen(function* () {
        const theirs = yield* by([south!])(openThread(south!, 1))
        assert.deepStrictEqual(yield* listed("all"), [])
        assert.deepStrictEqual(yield* by([])(listed("all")), [])
        assert.deepStrictEqual(yield* by([north!])(listed("all")), [])
        assert.deepStrictEqual(yield* by([north!])(listed([south!])), [])
        const { transact } = yield* Transaction
        const { loadByIds } = yield* Threads
        const key = { siteGroupingId: south!, threadId: theirs.id }
        assert.deepStrictEqual(yield* by([north!])(transact(loadByIds([key]))), [])
        const forged = Effect.flip(by([north!])(openThread(south!, 2)))
        assert.strictEqual((yield* forged).reason._tag, "StoreFault")
        const stolen = { ...theirs, contactName: "Ours now" }
        const theft = by([north!])((yield* Changes).apply([{ _tag: "ThreadSaved", thread: stolen }]))
        assert.strictEqual((yield* Effect.flip(theft)).reason._tag, "StoreFault")
        assert.deepStrictEqual(
          (yield* by([south!])(listed("all"))).map(({ contactName }) => contactName),
          [null]
        )
        assert.lengthOf(yield* bySystem(listed("all")), 1)
        assert.lengthOf(yield* by("all")(listed("all")), 1)
        // What all inherit is everybody's to know, and nobody's to change who does not see all tenants.
        const settings = yield* Settings
        yield* by("all")(settings.putPlatform({ dailyLimitPerContact: 9 }))
        yield* by([null])(settings.put(null, { autoReplyMessage: "Of the system-wide space" }))
        assert.deepStrictEqual(yield* by([north!])(settings.platform()), { dailyLimitPerContact: 9 })
        assert.deepStrictEqual(yield* by([north!])(settings.named([null])), [{}])
        for (const scope of [[north!], [null], []]) {
          const change = by(scope)(settings.putPlatform({ voipEnabled: false }))
          assert.strictEqual((yield* Effect.flip(change)).reason._tag, "StoreFault")
        }
        const foreign = by([north!])(settings.put(null, { voipEnabled: false }))
        assert.strictEqual((yield* Effect.flip(foreign)).reason._tag, "StoreFault")
        assert.deepStrictEqual(yield* by("all")(settings.platform()), { dailyLimitPerContact: 9 })
      }).pipe(Effect.provide(store))
    })
  )

  it.live("hold in every interleaving of tenants and workers on two connections", () =>
    Effect.gen(function* () {
      const { owner, store } = yield* world(6)
      yield* Effect.gen(function* () {
        const { transact } = yield* Transaction
        yield* Effect.forEach(tenants, (tenant, nth) => by([tenant])(openThread(tenant, nth)))
        let foreign = 0
        let own = 0
        let stolen = 0
        const theirs = (scope: ReadonlyArray<Tenant>) => tenants.find((tenant) => !scope.includes(tenant))!
        const look = (scope: ReadonlyArray<Tenant>) =>
          Effect.map(listed("all"), (threads) => {
            for (const { siteGroupingId } of threads) {
              if (scope.includes(siteGroupingId)) own++
              else foreign++
            }
          })
        const step = fc.record({
          scope: fc.subarray([...tenants], { maxLength: 2 }),
          as: fc.constantFrom(
            "statement",
            "transaction",
            "failure",
            "interruption",
            "nested",
            "write",
            "theft",
            "worker"
          )
        })
        const play = (
          { as, scope }: { readonly scope: ReadonlyArray<Tenant>; readonly as: string },
          nth: number
        ): Effect.Effect<unknown, unknown, Changes | Threads> => {
          const some = look(scope)
          switch (as) {
            case "statement":
              return by(scope)(some)
            case "transaction":
              return by(scope)(transact(Effect.andThen(some, Effect.andThen(Effect.yieldNow, some))))
            case "failure":
              return Effect.ignore(by(scope)(transact(Effect.andThen(some, Effect.fail("gone")))))
            case "interruption":
              return by(scope)(transact(Effect.andThen(some, Effect.never))).pipe(Effect.timeoutOption(nth % 5))
            case "write":
              return scope.length === 0
                ? Effect.void
                : by(scope)(transact(openThread(scope[nth % scope.length]!, 1_000 + nth)))
            case "theft":
              // Of whoever is not in the scope; all of it is undone, what was the actor's own as well.
              return Effect.exit(
                by(scope)(transact(Effect.andThen(some, openThread(theirs(scope), 5_000 + nth))))
              ).pipe(Effect.map((exit) => void (Exit.isSuccess(exit) && stolen++)))
            case "nested":
              // What a transaction began for, holds in it, whoever is named inside.
              return by(scope)(transact(Effect.andThen(by("all")(some), by("all")(transact(some)))))
            default:
              return bySystem(Effect.asVoid(transact(openThread(tenants[nth % 3]!, 100 + nth))))
          }
        }
        const steps = fc.sample(step, { numRuns: 400, seed: 6 })
        yield* Effect.forEach(steps, play, { concurrency: 16, discard: true })
        assert.deepStrictEqual([foreign, stolen], [0, 0])
        const strays = yield* owner((sql) => sql`select from external_threads where external_contact >= '+12022005000'`)
        assert.deepStrictEqual(strays, [])
        // Even what asks for everything.
        const sql = yield* PgClient.PgClient
        const raw = yield* by([tenants[1]!])(
          sql<{ id: string }>`select distinct site_grouping_id as id from external_threads`
        )
        assert.deepStrictEqual(raw, [{ id: "north" }])
        assert.isAbove(own, 1_000)
      }).pipe(Effect.provide(store))
    })
  )
})
