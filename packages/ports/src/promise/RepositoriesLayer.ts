/** Repositories and a directory of plain async functions, as the ports that use cases ask for. */
import { Layer } from "effect"
import { AuditLog } from "../AuditLog.ts"
import { Broadcaster } from "../Broadcaster.ts"
import { Changes } from "../Changes.ts"
import { Circuits } from "../Circuits.ts"
import { Consents } from "../Consents.ts"
import { Directory } from "../Directory.ts"
import { IdGenerator } from "../IdGenerator.ts"
import { Inbox } from "../Inbox.ts"
import { Messages } from "../Messages.ts"
import { Outbox } from "../Outbox.ts"
import { PoolNumbers } from "../PoolNumbers.ts"
import { RateBuckets } from "../RateBuckets.ts"
import { Settings } from "../Settings.ts"
import type { StoragePorts } from "../StoragePorts.ts"
import { Threads } from "../Threads.ts"
import { Timers } from "../Timers.ts"
import { Transaction } from "../Transaction.ts"
import { plainPort } from "./PlainPort.ts"
import { plainTransaction } from "./PlainTransaction.ts"
import type { Classify, PlainDirectory, Repositories } from "./Repositories.ts"

/** A directory of plain async functions. Outside of a transaction it gets `db`. */
export const directoryLayer = <Db>(
  db: Db,
  directory: PlainDirectory<Db>,
  classify?: Classify | undefined
): Layer.Layer<Directory> => {
  const { call } = plainPort("directory", db, directory, classify)
  return Layer.succeed(Directory, Directory.of({ contacts: call("contacts"), missing: call("missing") }))
}

type PortName = Exclude<keyof Repositories<unknown>, "classify" | "db" | "transact">

/** Every port that keeps state. `RepositoryContract` of `@careline/testkit/contract` proves it. */
export const repositoriesLayer = <Db>(repositories: Repositories<Db>): Layer.Layer<StoragePorts> => {
  const classify: Classify = (error) => repositories.classify?.(error)
  const over = (name: PortName) =>
    plainPort<Db>(name, repositories.db, (handle) => repositories[name]!(handle), classify)
  const auditLog = over("auditLog")
  const broadcaster = over("broadcaster")
  const changes = over("changes")
  const circuits = over("circuits")
  const consents = over("consents")
  const inbox = over("inbox")
  const messages = over("messages")
  const outbox = over("outbox")
  const poolNumbers = over("poolNumbers")
  const rateBuckets = over("rateBuckets")
  const settings = over("settings")
  const threads = over("threads")
  const timers = over("timers")
  const ids =
    repositories.ids === undefined
      ? IdGenerator.layerUuidV7
      : Layer.succeed(IdGenerator, IdGenerator.of({ next: over("ids").call("next") }))
  return Layer.mergeAll(
    ids,
    Layer.succeed(Transaction, plainTransaction(repositories)),
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
