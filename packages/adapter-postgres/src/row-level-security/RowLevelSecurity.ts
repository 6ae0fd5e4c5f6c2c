/**
 * One client over two roles. Members of staff ask as `careline_app`, which the tables show the tenants of
 * `RowAccess` and nothing else; workers ask as `careline_worker`, which spans tenants. Who asks is read where a
 * transaction begins, and holds to its end; a statement outside of one is a transaction by itself.
 *
 * Each role has connections of its own, and none ever changes its role: what was planned for the one is never run for the
 * other.
 */
import { RowAccess, type TenantScope } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Option } from "effect"
import type { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, type SqlError } from "effect/sql"
import { tenantColumn } from "../sql/rows.ts"

/** Who asks for members of staff. */
export const STAFF_ROLE = "careline_app"
/** Who asks for workers. */
export const WORKERS_ROLE = "careline_worker"
/** The setting of a transaction that names its tenants: an array, or `all`. Not set, it names none. */
export const TENANTS_SETTING = "careline.tenants"

/** Tells the tables for whom the transaction is. */
const nameTenants = (sql: PgClient.PgClient, scope: TenantScope) =>
  scope === "all"
    ? sql`select set_config(${TENANTS_SETTING}, 'all', true)`
    : sql`select set_config(${TENANTS_SETTING}, ${scope.map(tenantColumn)}::text[]::text, true)`

/** The two clients as one. */
export const join = Effect.fnUntraced(function* (
  staff: PgClient.PgClient,
  workers: PgClient.PgClient
): Effect.fn.Return<PgClient.PgClient, never, Reactivity.Reactivity> {
  /** The client whose transaction is open here, with its connection. */
  const open = Effect.gen(function* () {
    for (const client of [staff, workers]) {
      const transaction = Option.getOrUndefined(yield* Effect.serviceOption(client.transactionService))
      if (transaction !== undefined) return { client, connection: transaction[0] }
    }
    return undefined
  })

  const begin = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.flatMap(RowAccess, (access) =>
      access._tag === "System"
        ? workers.withTransaction(effect)
        : staff.withTransaction(Effect.andThen(nameTenants(staff, access.scope), effect))
    )

  const withTransaction = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | SqlError.SqlError, R> =>
    Effect.flatMap(open, (known) => (known === undefined ? begin(effect) : known.client.withTransaction(effect)))

  const ofTransaction = Effect.flatMap(open, (known) =>
    known === undefined ? Effect.die(new Error("There is no transaction here")) : Effect.succeed(known.connection)
  )

  const borrower: SqlConnection.Borrower = (use) =>
    Effect.gen(function* () {
      const known = yield* open
      if (known !== undefined) return yield* use(known.connection)
      // Of workers a statement is its own transaction already.
      const access = yield* RowAccess
      if (access._tag === "System") return yield* Effect.scoped(Effect.flatMap(workers.reserve, use))
      return yield* begin(Effect.flatMap(ofTransaction, use))
    })

  const client = yield* SqlClient.make({
    // Of what outlasts a statement only: streams, which have a transaction around them here.
    acquirer: ofTransaction,
    borrower,
    compiler: PgClient.makeCompiler(),
    driver: "pg",
    spanAttributes: [["db.system.name", "postgresql"]]
  })
  const { config, json, listen, notify } = workers
  const joined = Object.assign(client, {
    [PgClient.TypeId]: PgClient.TypeId,
    config,
    json,
    listen,
    notify,
    withTransaction,
    reserve: ofTransaction,
    afterCommit: <R>(effect: Effect.Effect<void, never, R>) =>
      Effect.flatMap(open, (known) => (known?.client ?? workers).afterCommit(effect))
  })
  return Object.assign(joined, { safe: joined })
})
