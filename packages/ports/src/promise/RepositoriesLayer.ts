/** Repositories and a directory of plain async functions, as the ports that use cases ask for. */
import { Context, Effect, Exit, Fiber, Layer, Option, Stream } from "effect"
import { AuditLog } from "../AuditLog.ts"
import { Broadcaster } from "../Broadcaster.ts"
import { Changes } from "../Changes.ts"
import { Circuits } from "../Circuits.ts"
import { Consents } from "../Consents.ts"
import { Directory } from "../Directory.ts"
import { IdGenerator } from "../IdGenerator.ts"
import { Inbox } from "../Inbox.ts"
import { InvalidCursor } from "../InvalidCursor.ts"
import { Messages } from "../Messages.ts"
import { Outbox } from "../Outbox.ts"
import { NumberTaken, PoolNumbers } from "../PoolNumbers.ts"
import { RateBuckets } from "../RateBuckets.ts"
import { Settings } from "../Settings.ts"
import { StorageError, StoreFault } from "../StorageError.ts"
import type { StoragePorts } from "../StoragePorts.ts"
import { Threads } from "../Threads.ts"
import { Timers } from "../Timers.ts"
import { Transaction } from "../Transaction.ts"
import { fromPlain, toPlain } from "./Plain.ts"
import type { Over, PlainDirectory, Repositories, Wakes } from "./Repositories.ts"
import { storageError } from "./Refusal.ts"

/** The handle of the transaction that a fiber is in. Fibers carry it, so no two can mix theirs up. */
const Open = Context.Reference<{ readonly tx: unknown } | null>("careline/ports/promise/Open", {
  defaultValue: () => null
})

type Operation = (...args: ReadonlyArray<unknown>) => unknown

/** The operations of one port, as effects. */
const lift = <Db>(name: string, db: Db, over: Over<Db, object>) => {
  const find = (handle: Db, method: string): Operation => {
    const port = over(handle) as Readonly<Record<string, Operation>>
    return (...args) => port[method]!(...args.map(toPlain))
  }
  const isPorts = (error: unknown): error is InvalidCursor | NumberTaken =>
    error instanceof InvalidCursor || error instanceof NumberTaken

  const call =
    (method: string, read: (value: unknown) => unknown = fromPlain) =>
    (...args: ReadonlyArray<unknown>): Effect.Effect<never, never> =>
      Effect.flatMap(Open, (open) => {
        const attempt = Effect.tryPromise({
          try: async () => find(open === null ? db : (open.tx as Db), method)(...args),
          catch: (error) => (isPorts(error) ? error : storageError(`${name}.${method}`, error))
        })
        // A statement of a transaction ends before the transaction does.
        return Effect.map(open === null ? attempt : Effect.uninterruptible(attempt), read)
      }) as Effect.Effect<never, never>

  const stream =
    (method: string) =>
    (...args: ReadonlyArray<unknown>): Stream.Stream<never, never> =>
      Stream.fromAsyncIterable(
        { [Symbol.asyncIterator]: () => (find(db, method)(...args) as AsyncIterable<unknown>)[Symbol.asyncIterator]() },
        (error) => storageError(`${name}.${method}`, error)
      ).pipe(Stream.map(fromPlain)) as Stream.Stream<never, never>

  const wakeups: Stream.Stream<void> = Stream.suspend(() => {
    const { wakeups: wake } = over(db) as Wakes
    if (wake === undefined) return Stream.empty
    return Stream.fromAsyncIterable(wake(), (error) => storageError(`${name}.wakeups`, error)).pipe(
      Stream.map(() => undefined),
      // Whoever waits looks from time to time as well.
      Stream.catchCause(() => Stream.fromEffectDrain(Effect.logWarning("Wake-ups ended", name)))
    )
  })
  return {
    call,
    optional: (method: string) => call(method, (value) => Option.fromNullishOr(fromPlain(value))),
    stream,
    wakeups
  }
}

/** Undoes a transaction whose effect did not succeed; how it ended is told by its exit. */
class RolledBack extends Error {}

/** One commit. The effect runs in a fiber of its own, which knows the transaction's handle. */
const transaction = <Db>({ transact }: Repositories<Db>): Transaction["Service"] =>
  Transaction.of({
    transact: <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.contextWith((context: Context.Context<R>) =>
        Effect.callback<A, E | StorageError>((resume) => {
          let isCancelled = false
          let running: Fiber.Fiber<A, E> | null = null
          let exit: Exit.Exit<A, E> | null = null

          const work = (tx: Db) =>
            new Promise<void>((resolve, reject) => {
              if (isCancelled) return reject(new RolledBack())
              running = Effect.runForkWith(Context.add(context, Open, { tx }))(effect)
              running.addObserver((ended) => {
                exit = ended
                if (Exit.isSuccess(ended)) resolve()
                else reject(new RolledBack())
              })
            })
          const failed = (error: unknown) => Effect.fail(storageError("transact", error))
          const neverCalled = new StoreFault({ message: "transact did not call its work" })
          const outer = (Context.get(context, Open)?.tx ?? null) as Db | null
          const ended = Promise.resolve()
            .then(() => transact(work, outer))
            .then(
              () => resume(exit ?? failed(new StorageError({ operation: "transact", reason: neverCalled }))),
              (error: unknown) => resume(exit !== null && Exit.isFailure(exit) ? exit : failed(error))
            )
          return Effect.suspend(() => {
            isCancelled = true
            return Effect.andThen(
              running === null ? Effect.void : Fiber.interrupt(running),
              Effect.promise(() => ended)
            )
          })
        })
      )
  })

/** A directory of plain async functions. Outside of a transaction it gets `db`. */
export const directoryLayer = <Db>(db: Db, directory: PlainDirectory<Db>): Layer.Layer<Directory> => {
  const { call } = lift("directory", db, directory)
  return Layer.succeed(Directory, Directory.of({ contacts: call("contacts"), missing: call("missing") }))
}

/** Every port that keeps state. `RepositoryContract` of `@careline/testkit/contract` proves it. */
export const repositoriesLayer = <Db>(repositories: Repositories<Db>): Layer.Layer<StoragePorts> => {
  const { db } = repositories
  const auditLog = lift("auditLog", db, repositories.auditLog)
  const broadcaster = lift("broadcaster", db, repositories.broadcaster)
  const changes = lift("changes", db, repositories.changes)
  const circuits = lift("circuits", db, repositories.circuits)
  const consents = lift("consents", db, repositories.consents)
  const inbox = lift("inbox", db, repositories.inbox)
  const messages = lift("messages", db, repositories.messages)
  const outbox = lift("outbox", db, repositories.outbox)
  const poolNumbers = lift("poolNumbers", db, repositories.poolNumbers)
  const rateBuckets = lift("rateBuckets", db, repositories.rateBuckets)
  const settings = lift("settings", db, repositories.settings)
  const threads = lift("threads", db, repositories.threads)
  const timers = lift("timers", db, repositories.timers)
  const ids =
    repositories.ids === undefined
      ? IdGenerator.layerUuidV7
      : Layer.succeed(IdGenerator, IdGenerator.of({ next: lift("ids", db, repositories.ids).call("next") }))
  return Layer.mergeAll(
    ids,
    Layer.succeed(Transaction, transaction(repositories)),
    Layer.succeed(AuditLog, AuditLog.of({ record: auditLog.call("record") })),
    Layer.succeed(
      Broadcaster,
      Broadcaster.of({ publish: broadcaster.call("publish"), subscribe: broadcaster.stream("subscribe") })
    ),
    Layer.succeed(Changes, Changes.of({ apply: changes.call("apply") })),
    Layer.succeed(
      Circuits,
      Circuits.of({ load: circuits.call("load"), lock: circuits.call("lock"), save: circuits.call("save") })
    ),
    Layer.succeed(Consents, Consents.of({ load: consents.call("load") })),
    Layer.succeed(
      Inbox,
      Inbox.of({
        accept: inbox.call("accept"),
        claimLanes: inbox.call("claimLanes"),
        claimReports: inbox.call("claimReports"),
        settle: inbox.call("settle"),
        parked: inbox.call("parked"),
        wakeups: inbox.wakeups
      })
    ),
    Layer.succeed(
      Messages,
      Messages.of({
        list: messages.call("list"),
        listByStatus: messages.call("listByStatus"),
        get: messages.optional("get"),
        find: messages.optional("find"),
        update: messages.call("update"),
        countInboundAfter: messages.call("countInboundAfter"),
        markRead: messages.call("markRead"),
        claimIdempotencyKey: messages.call("claimIdempotencyKey")
      })
    ),
    Layer.succeed(
      Outbox,
      Outbox.of({
        claim: outbox.call("claim"),
        countSince: outbox.call("countSince"),
        countWaiting: outbox.call("countWaiting"),
        begin: outbox.call("begin"),
        update: outbox.call("update"),
        claimUnknown: outbox.call("claimUnknown"),
        noteLooks: outbox.call("noteLooks"),
        match: outbox.call("match"),
        ofMessage: outbox.optional("ofMessage"),
        noteReports: outbox.call("noteReports"),
        wakeups: outbox.wakeups
      })
    ),
    Layer.succeed(
      PoolNumbers,
      PoolNumbers.of({
        list: poolNumbers.call("list"),
        get: poolNumbers.optional("get"),
        byNumbers: poolNumbers.call("byNumbers"),
        defaultOf: poolNumbers.optional("defaultOf"),
        carriedBy: poolNumbers.call("carriedBy"),
        add: poolNumbers.call("add")
      })
    ),
    Layer.succeed(RateBuckets, RateBuckets.of({ lock: rateBuckets.call("lock"), save: rateBuckets.call("save") })),
    Layer.succeed(Settings, Settings.of({ effective: settings.call("effective"), put: settings.call("put") })),
    Layer.succeed(
      Threads,
      Threads.of({
        loadByKeys: threads.call("loadByKeys"),
        loadByIds: threads.call("loadByIds"),
        get: threads.optional("get"),
        list: threads.call("list")
      })
    ),
    Layer.succeed(Timers, Timers.of({ claimDue: timers.call("claimDue") }))
  )
}
