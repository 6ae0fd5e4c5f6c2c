/** Repositories and a directory of plain async functions, as the ports that use cases ask for. */
import { Consent, Contact, type Tenant, type Thread } from "@careline/domain"
import {
  AuditLog,
  Broadcaster,
  Calls,
  Changes,
  Circuits,
  Consents,
  Directory,
  IdGenerator,
  Inbox,
  MediaImports,
  MediaUploads,
  Messages,
  NumberInventory,
  NumberOrders,
  Optional,
  Outbox,
  TenantNumbers,
  RateBuckets,
  Settings,
  SiteGroupings,
  type StoragePorts,
  type ThreadView,
  Threads,
  Timers,
  Transaction
} from "@careline/ports"
import { Array as Arr, Effect, Layer, Option, Order } from "effect"
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

const hasSpellings = (contact: Contact.Contact): boolean => Contact.spellings(contact).length > 1

/** What tells contacts of tenants apart. */
const contactOf = (siteGroupingId: Tenant, contact: Contact.Contact): string =>
  JSON.stringify([siteGroupingId, Contact.key(contact)])

type LoadThreads = Threads["Service"]["loadByKeys"]

/** One thread for each contact, where the tables have one for each spelling: the one that was asked for, an open one, the newest. */
const oneThread =
  (load: LoadThreads): LoadThreads =>
  (keys) =>
    Effect.map(load(keys.flatMap(spelled)), (found) => {
      const exact = (siteGroupingId: Tenant, contact: Contact.Contact) => JSON.stringify([siteGroupingId, contact])
      const asked = new Set(keys.map(({ contact, siteGroupingId }) => exact(siteGroupingId, contact)))
      const preference = Order.combineAll<Thread.Thread>([
        Order.mapInput(Order.Boolean, (thread) => asked.has(exact(thread.siteGroupingId, thread.externalContact))),
        Order.mapInput(Order.Boolean, ({ deletedAt }) => deletedAt === null),
        Order.mapInput(Order.Number, ({ lastInboundAt }) => lastInboundAt?.epochMilliseconds ?? -Infinity)
      ])
      // Of those with one key the last stays.
      const threads = found.toSorted(preference).map((thread) => {
        const { externalContact, siteGroupingId, threadType } = thread
        return [threadType + contactOf(siteGroupingId, externalContact), thread] as const
      })
      return [...new Map(threads).values()]
    })

/** Threads answer to the spelling that wrote last, unless another thread has it: tables have one thread for each. */
const respelled =
  (apply: Changes["Service"]["apply"], load: LoadThreads): Changes["Service"]["apply"] =>
  (changes) => {
    const keys = changes.flatMap((change) => {
      if (change._tag !== "ThreadSaved" || !hasSpellings(change.thread.externalContact)) return []
      const { externalContact: contact, siteGroupingId, threadType } = change.thread
      return spelled({ siteGroupingId, threadType, contact })
    })
    if (keys.length === 0) return apply(changes)
    return Effect.flatMap(load(keys), (kept) =>
      apply(
        changes.map((change) => {
          if (change._tag !== "ThreadSaved") return change
          const { externalContact, id, siteGroupingId, threadType } = change.thread
          const isTaken = kept.some(
            (one) =>
              one.id !== id &&
              one.siteGroupingId === siteGroupingId &&
              one.threadType === threadType &&
              one.externalContact === externalContact
          )
          const before = kept.find((one) => one.id === id)
          return isTaken && before !== undefined
            ? { ...change, thread: { ...change.thread, externalContact: before.externalContact } }
            : change
        })
      )
    )
  }

const changedAt = ({ changedAt }: Consent.Consent): number => changedAt?.epochMilliseconds ?? -Infinity

/** Consents are written by their key: one that came after all others says what holds since, else the strictest does. */
const consentOf = (found: ReadonlyArray<Consent.Consent>): Consent.Consent => {
  const keyed = found.find(({ contact }) => contact === Contact.key(contact))
  const others = found.filter(({ contact }) => contact !== keyed?.contact)
  return keyed !== undefined && others.every((other) => changedAt(other) < changedAt(keyed))
    ? keyed
    : found.reduce(Consent.stricter)
}

type LoadConsents = Consents["Service"]["load"]

/** One consent for each contact, of what is recorded under its spellings. */
const oneConsent =
  (load: LoadConsents): LoadConsents =>
  (keys) =>
    Effect.map(load(keys.flatMap(spelled)), (found) =>
      [...Map.groupBy(found, ({ contact, siteGroupingId }) => contactOf(siteGroupingId, contact)).values()].map(
        (recorded) => ({ ...consentOf(recorded), contact: Contact.key(recorded[0]!.contact) })
      )
    )

/** Views whose contacts have several spellings, with what they allow under all of them: a team's tables join by one. */
const withConsents = (load: LoadConsents) => (views: ReadonlyArray<ThreadView>) => {
  const keys = views.flatMap(({ thread: { externalContact: contact, siteGroupingId } }) =>
    hasSpellings(contact) ? [{ siteGroupingId, contact }] : []
  )
  if (keys.length === 0) return Effect.succeed(views)
  return Effect.map(load(keys), (consents) => {
    const optedOut = new Set(
      consents
        .filter(({ status }) => status === "opted_out")
        .map(({ contact, siteGroupingId }) => contactOf(siteGroupingId, contact))
    )
    return views.map((view) => {
      const { externalContact, siteGroupingId } = view.thread
      return hasSpellings(externalContact)
        ? { ...view, optedOut: optedOut.has(contactOf(siteGroupingId, externalContact)) }
        : view
    })
  })
}

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
  const threads = over("threads")
  const loadThreads = threads.calls("loadByKeys").loadByKeys
  const loadConsents = oneConsent(over("consents").calls("load").load)
  const seen = withConsents(loadConsents)
  const { get: getThread }: Pick<Threads["Service"], "get"> = threads.lookUps("get")
  const { list: listThreads }: Pick<Threads["Service"], "list"> = threads.calls("list")
  const ids =
    repositories.ids === undefined
      ? IdGenerator.layerUuidV7
      : Layer.succeed(IdGenerator, IdGenerator.of(over("ids").calls("next")))
  return Layer.mergeAll(
    ids,
    Optional.absent(Calls, MediaImports, MediaUploads, NumberInventory, NumberOrders, SiteGroupings),
    Layer.succeed(Transaction, plainTransaction(repositories)),
    Layer.succeed(AuditLog, AuditLog.of(over("auditLog").calls("record"))),
    Layer.succeed(
      Broadcaster,
      Broadcaster.of({ ...broadcaster.calls("publish"), subscribe: broadcaster.stream("subscribe") })
    ),
    Layer.succeed(Changes, Changes.of({ apply: respelled(over("changes").calls("apply").apply, loadThreads) })),
    Layer.succeed(Circuits, Circuits.of(over("circuits").calls("load", "lock", "save"))),
    Layer.succeed(Consents, Consents.of({ load: loadConsents })),
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
          "releaseParked",
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
    Layer.succeed(TenantNumbers, TenantNumbers.of(over("tenantNumbers").calls("list", "byNumbers", "add"))),
    Layer.succeed(RateBuckets, RateBuckets.of(over("rateBuckets").calls("lock", "save"))),
    Layer.succeed(
      Settings,
      Settings.of(over("settings").calls("effective", "named", "put", "platform", "putPlatform", "lock"))
    ),
    Layer.succeed(
      Threads,
      Threads.of({
        ...threads.calls("loadByIds", "patientsOf", "counts"),
        loadByKeys: oneThread(loadThreads),
        get: Effect.fnUntraced(function* (...asked) {
          const found = yield* getThread(...asked)
          return Arr.head(yield* seen(Option.toArray(found)))
        }),
        list: Effect.fnUntraced(function* (query) {
          const page = yield* listThreads(query)
          return { ...page, items: yield* seen(page.items) }
        })
      })
    ),
    Layer.succeed(Timers, Timers.of(over("timers").calls("claimDue")))
  )
}
