/** A store of plain async functions passes the contract as the store behind it does: the way through promises loses nothing. */
import { FacilityId, PatientId, SiteGroupingId, UserId } from "@careline/domain"
import type { StoragePorts } from "@careline/ports"
import * as Ports from "@careline/ports"
import * as Memory from "@careline/testkit"
import { RepositoryContract } from "@careline/testkit/contract"
import { Context, Effect, Exit, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { fromPlain, type Promised, type Repositories, repositoriesLayer, toPlain } from "../../src/index.ts"

type Db = Context.Context<StoragePorts>

/** An effect as a promise, run where the handle belongs to: in its transaction. */
const run = async (db: Db, effect: Effect.Effect<unknown, unknown, StoragePorts>): Promise<unknown> => {
  const exit = await Effect.runPromiseExitWith(db)(effect)
  if (Exit.isSuccess(exit)) return toPlain(exit.value)
  throw exit.cause.reasons.flatMap((reason) => (reason._tag === "Fail" ? [reason.error] : []))[0] ?? new Error("defect")
}

/** A port with promises in the place of effects, over the handle. */
const promised =
  <Port extends object>(tag: Context.Key<StoragePorts, Port>) =>
  (db: Db): Promised<Port> =>
    new Proxy(Context.get(db, tag as Context.Key<StoragePorts, Port>), {
      get: (port, method) => {
        const operation = Reflect.get(port, method) as (...args: ReadonlyArray<unknown>) => unknown
        if (method === "wakeups") return undefined
        return (...args: ReadonlyArray<unknown>) => {
          const result = operation(...args.map((one) => fromPlain(one)))
          return Effect.isEffect(result)
            ? run(db, result as Effect.Effect<unknown, unknown, StoragePorts>)
            : Stream.toAsyncIterableWith(Stream.map(result as Stream.Stream<unknown>, toPlain), db)
        }
      }
    }) as unknown as Promised<Port>

const plain = (db: Db): Repositories<Db> => ({
  db,
  transact: async <A>(work: (tx: Db) => Promise<A>, outer: Db | null): Promise<A> => {
    const inside = Effect.contextWith((tx: Db) => Effect.tryPromise({ try: () => work(tx), catch: (error) => error }))
    return (await run(
      outer ?? db,
      Effect.flatMap(Ports.Transaction, ({ transact }) => transact(inside))
    )) as A
  },
  auditLog: promised(Ports.AuditLog),
  broadcaster: promised(Ports.Broadcaster),
  changes: promised(Ports.Changes),
  circuits: promised(Ports.Circuits),
  consents: promised(Ports.Consents),
  ids: promised(Ports.IdGenerator),
  inbox: promised(Ports.Inbox),
  messages: promised(Ports.Messages),
  outbox: promised(Ports.Outbox),
  tenantNumbers: promised(Ports.TenantNumbers),
  rateBuckets: promised(Ports.RateBuckets),
  settings: promised(Ports.Settings),
  threads: promised(Ports.Threads),
  timers: promised(Ports.Timers)
})

const stores = Layer.unwrap(
  Effect.map(Effect.context<Layer.Success<typeof Memory.layerStorage>>(), (context) =>
    Layer.merge(Layer.succeedContext(context), repositoriesLayer(plain(context)))
  )
).pipe(Layer.provide(Memory.layerStorage))

const clock = Layer.effectDiscard(TestClock.setTime(Date.UTC(2026, 2, 2, 9, 30))).pipe(
  Layer.provideMerge(TestClock.layer())
)

// The ports for calls, media, numbers and the audit trail have no plain form: whoever keeps them writes them with Effect.
RepositoryContract.suite("memory, through plain async functions", {
  layer: Layer.provideMerge(stores, clock),
  tenants: [SiteGroupingId.make("harbor"), SiteGroupingId.make("hillside")],
  people: {
    users: [UserId.make("nurse-1"), UserId.make("nurse-2")],
    patients: [PatientId.make("patient-1"), PatientId.make("patient-2")],
    facilities: [FacilityId.make("facility-1"), FacilityId.make("facility-2")]
  },
  advance: (duration) => TestClock.adjust(duration),
  concurrentTransactions: false,
  readAudit: Memory.auditEntries
})
