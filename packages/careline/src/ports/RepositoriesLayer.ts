/** Repositories and a directory of plain async functions, as the ports that use cases ask for. */
import { Consent, Contact } from "@careline/domain"
import {
  AuditLog,
  Broadcaster,
  Changes,
  Circuits,
  Consents,
  Directory,
  IdGenerator,
  Inbox,
  Messages,
  Outbox,
  PoolNumbers,
  RateBuckets,
  Settings,
  type StoragePorts,
  Threads,
  Timers,
  Transaction
} from "@careline/ports"
import { Effect, Layer } from "effect"
import { plainPort } from "./PlainPort.ts"
import { plainTransaction } from "./PlainTransaction.ts"
import type { Classify, PlainDirectory, Repositories } from "./Repositories.ts"

/** A directory of plain async functions. Outside of a transaction it gets `db`. */
export const directoryLayer = <Db>(
  db: Db,
  directory: PlainDirectory<Db>,
  classify?: Classify | undefined
): Layer.Layer<Directory> => {
  const { calls } = plainPort("directory", db, directory, classify)
  return Layer.succeed(Directory, Directory.of(calls("contacts", "missing", "clinicianPhone")))
}

/** The contact in all spellings of its phone: a team's tables may know it by any of them. */
const spelled = <Key extends { readonly contact: Contact.Contact }>(key: Key): ReadonlyArray<Key> =>
  Contact.spellings(key.contact).map((contact) => ({ ...key, contact }))

/** One consent for each contact, the strictest of what is recorded under its spellings. */
const strictest =
  (load: Consents["Service"]["load"]): Consents["Service"]["load"] =>
  (keys) =>
    Effect.map(load(keys.flatMap(spelled)), (found) => {
      const consents = new Map<string, Consent.Consent>()
      for (const one of found) {
        const contact = Contact.key(one.contact)
        const id = JSON.stringify([one.siteGroupingId, contact])
        const known = consents.get(id) ?? one
        consents.set(id, { ...Consent.stricter(known, one), contact })
      }
      return [...consents.values()]
    })

type PortName = Exclude<keyof Repositories<unknown>, "classify" | "db" | "transact">

/** Every port that keeps state. `RepositoryContract` of `@careline/testkit/contract` proves it. */
export const repositoriesLayer = <Db>(repositories: Repositories<Db>): Layer.Layer<StoragePorts> => {
  const classify: Classify = (error) => repositories.classify?.(error)
  const over = (name: PortName) =>
    plainPort<Db>(name, repositories.db, (handle) => repositories[name]!(handle), classify)
  const broadcaster = over("broadcaster")
  const inbox = over("inbox")
  const messages = over("messages")
  const outbox = over("outbox")
  const poolNumbers = over("poolNumbers")
  const threads = over("threads")
  const ids =
    repositories.ids === undefined
      ? IdGenerator.layerUuidV7
      : Layer.succeed(IdGenerator, IdGenerator.of(over("ids").calls("next")))
  return Layer.mergeAll(
    ids,
    Layer.succeed(Transaction, plainTransaction(repositories)),
    Layer.succeed(AuditLog, AuditLog.of(over("auditLog").calls("record"))),
    Layer.succeed(
      Broadcaster,
      Broadcaster.of({ ...broadcaster.calls("publish"), subscribe: broadcaster.stream("subscribe") })
    ),
    Layer.succeed(Changes, Changes.of(over("changes").calls("apply"))),
    Layer.succeed(Circuits, Circuits.of(over("circuits").calls("load", "lock", "save"))),
    Layer.succeed(Consents, Consents.of({ load: strictest(over("consents").calls("load").load) })),
    Layer.succeed(
      Inbox,
      Inbox.of({
        ...inbox.calls(
          "accept",
          "claimLanes",
          "claimReports",
          "claimCallReports",
          "settle",
          "parked",
          "admitParked",
          "retryParked",
          "dismissParked"
        ),
        wakeups: inbox.wakeups
      })
    ),
    Layer.succeed(
      Messages,
      Messages.of({
        ...messages.calls(
          "list",
          "listByStatus",
          "update",
          "revise",
          "startReading",
          "markRead",
          "readers",
          "claimIdempotencyKey"
        ),
        ...messages.lookUps("get", "find")
      })
    ),
    Layer.succeed(
      Outbox,
      Outbox.of({
        ...outbox.calls("claim", "countSince", "countWaiting", "begin", "update"),
        ...outbox.calls("claimUnknown", "noteLooks", "match", "noteReports"),
        ...outbox.lookUps("ofMessage"),
        wakeups: outbox.wakeups
      })
    ),
    Layer.succeed(
      PoolNumbers,
      PoolNumbers.of({
        ...poolNumbers.calls("list", "byNumbers", "carriedBy", "add"),
        ...poolNumbers.lookUps("get", "defaultOf")
      })
    ),
    Layer.succeed(RateBuckets, RateBuckets.of(over("rateBuckets").calls("lock", "save"))),
    Layer.succeed(
      Settings,
      Settings.of(over("settings").calls("effective", "named", "put", "platform", "putPlatform", "lock"))
    ),
    Layer.succeed(
      Threads,
      Threads.of({
        ...threads.calls("loadByIds", "patientsOf", "list", "counts"),
        loadByKeys: (keys) => threads.calls("loadByKeys").loadByKeys(keys.flatMap(spelled)),
        ...threads.lookUps("get")
      })
    ),
    Layer.succeed(Timers, Timers.of(over("timers").calls("claimDue")))
  )
}
