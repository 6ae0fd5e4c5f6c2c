/** Memory stores with one fault each, and the test of the repository contract that has to notice. */
import { type Change, VoipSettings } from "@careline/domain"
import {
  Broadcaster,
  Changes,
  Circuits,
  Inbox,
  Messages,
  Outbox,
  TenantNumbers,
  type PublishedEvent,
  RateBuckets,
  Scope,
  type SendUpdate,
  type Settlement,
  Settings,
  StorageError,
  StoreFault,
  Threads,
  Timers,
  Transaction
} from "@careline/ports"
import { Chunk, DateTime, Effect, HashMap, Layer, Option, Stream, SubscriptionRef } from "effect"
import type { MemoryStore } from "../src/memory/index.ts"
import type { InboxRow, MemoryState } from "../src/memory/MemoryState.ts"
import { altered, Before, besideOthers, broken, type BrokenStore, remembering } from "./broken.ts"
import { brokenNumberStores } from "./brokenNumberStores.ts"
import { brokenDirectoryStores } from "./brokenDirectoryStores.ts"
import { brokenTemplateStores } from "./brokenTemplateStores.ts"
import { brokenNotificationStores } from "./brokenNotificationStores.ts"
import { brokenVoiceStores } from "./brokenVoiceStores.ts"
import { brokenAccessStores } from "./brokenAccessStores.ts"
import { brokenRevisions } from "./brokenRevisions.ts"
import { brokenLanes } from "./brokenLanes.ts"
import { brokenReading } from "./brokenReading.ts"

/** Once in every listener's ear at the moment of publishing, committed or not. */
const hasty = Layer.effect(
  Broadcaster,
  Effect.map(SubscriptionRef.make(Chunk.empty<PublishedEvent>()), (said) =>
    Broadcaster.of({
      publish: (events) =>
        SubscriptionRef.update(said, (before) =>
          Chunk.appendAll(
            before,
            Chunk.fromIterable(events.map((event, index) => ({ id: String(Chunk.size(before) + index + 1), event })))
          )
        ),
      subscribe: (scope, after) =>
        SubscriptionRef.changes(said).pipe(
          Stream.mapAccum(
            () => (after === null ? null : Number(after)),
            (heard: number | null, events) => [
              Chunk.size(events),
              heard === null ? [] : Chunk.toArray(Chunk.drop(events, heard))
            ]
          ),
          Stream.filter(({ event }) => Scope.includes(scope, event.siteGroupingId))
        )
    })
  )
)

/** An inbox that first makes something of what it knew of an event that it is to settle. */
const recalling = (
  before: (state: MemoryState, known: InboxRow, settlement: Settlement) => MemoryState["inbox"]
): Layer.Layer<Inbox, never, Inbox | MemoryStore> =>
  altered(Inbox, ({ settle }, store) => {
    const seen = new Map<string, InboxRow>()
    return {
      settle: (settlements) =>
        Effect.andThen(
          store.update((state) => {
            for (const [id, row] of state.inbox) seen.set(id, row)
            return settlements.reduce((now, settlement) => {
              const known = seen.get(settlement.id)
              return known === undefined ? now : { ...now, inbox: before(now, known, settlement) }
            }, state)
          }),
          settle(settlements)
        )
    }
  })

/** Takes what is done for pending, once it is told of it again. */
const resurrecting = recalling(({ inbox }, known, { id }) =>
  HashMap.has(inbox, id) ? inbox : HashMap.set(inbox, id, known)
)

const refusal = (operation: string): StorageError =>
  new StorageError({ operation, reason: new StoreFault({ message: "refused" }) })

const isStart = (change: Change): boolean => change._tag === "TimerStarted"

export const brokenStores: ReadonlyArray<BrokenStore> = [
  broken(
    "never rolls back",
    "Transaction",
    "MUST undo a nested transaction together with the outer one",
    Layer.succeed(Transaction, Transaction.of({ transact: (effect) => effect }))
  ),
  broken(
    "lets the first of several states of a thread hold",
    "Changes",
    "MUST let the last of several states of one thread hold",
    altered(Changes, ({ apply }) => ({
      apply: (changes) =>
        apply(
          changes.filter(
            (change, index) =>
              change._tag !== "ThreadSaved" ||
              changes.findIndex((other) => other._tag === "ThreadSaved" && other.thread.id === change.thread.id) ===
                index
          )
        )
    }))
  ),
  broken(
    "wants a thread before what is in it",
    "Changes",
    "MUST apply the kinds of a set in any order, what is in a thread before the thread as well",
    altered(Changes, ({ apply }, store) => ({
      apply: (changes) =>
        Effect.flatMap(
          store.read(({ threads }) => threads),
          (known) =>
            changes.some(
              (change, index) =>
                change._tag === "MessageAdded" &&
                !HashMap.has(known, change.message.externalThreadId) &&
                !changes
                  .slice(0, index)
                  .some((other) => other._tag === "ThreadSaved" && other.thread.id === change.message.externalThreadId)
            )
              ? Effect.fail(refusal("changes.apply"))
              : apply(changes)
        )
    }))
  ),
  broken(
    "stops timers before it starts those of the same set",
    "Changes",
    "MUST come to the same result when a set is applied at once and decision by decision",
    altered(Changes, ({ apply }) => ({
      apply: (changes) => apply([...changes.filter((change) => !isStart(change)), ...changes.filter(isStart)])
    }))
  ),
  broken(
    "forgets the tenant of a key",
    "Threads",
    "MUST tell the threads of one contact in different tenants apart",
    altered(Threads, (_sound, store) => ({
      loadByKeys: (keys) =>
        store.read(({ threads }) => {
          const contacts = new Set(keys.map(({ contact }) => contact))
          return HashMap.toValues(threads).filter(({ externalContact }) => contacts.has(externalContact))
        })
    }))
  ),
  broken(
    "takes what waited for what came just now",
    "Inbox: intake",
    "MUST know when an event reached us that waited for the store, and never say later than now",
    altered(Inbox, ({ accept }) => ({
      accept: (events) => accept(events.map((event) => ({ ...event, receivedAt: undefined })))
    }))
  ),
  broken(
    "tells the patients of any tenant's thread",
    "Threads",
    "MUST know the patients of threads of several tenants, each within its own, of deleted ones too",
    altered(Threads, (_sound, store) => ({
      patientsOf: (ids) =>
        store.read(({ threads }) => {
          const wanted = new Set(ids.map(({ threadId }) => threadId))
          return HashMap.toValues(threads).flatMap(({ id, patientIds }) =>
            wanted.has(id) ? [{ threadId: id, patientIds }] : []
          )
        })
    }))
  ),
  besideOthers(
    broken(
      "knows the patients of a thread as they were before it waited for it",
      "Threads",
      "MUST load a thread as the transaction left it that was waited for, its patients too",
      Layer.merge(
        remembering,
        altered(Threads, ({ loadByIds }) => ({
          loadByIds: (ids) =>
            Effect.zipWith(loadByIds(ids), Before, (threads, before) =>
              threads.map((thread) => ({
                ...thread,
                patientIds: Option.match(HashMap.get(before.threads, thread.id), {
                  onNone: () => thread.patientIds,
                  onSome: ({ patientIds }) => patientIds
                })
              }))
            )
        }))
      )
    )
  ),
  broken(
    "loses threads of equal time between two pages",
    "Thread list",
    "MUST show each thread exactly once over all pages, with equal times as well",
    altered(Threads, ({ list }) => ({
      list: (query) =>
        Effect.gen(function* () {
          const first = yield* list({ ...query, cursor: null, limit: 200 })
          const behind = first.items.filter(
            ({ thread }) => query.cursor === null || thread.lastMessageAt.epochMilliseconds < Number(query.cursor)
          )
          const items = behind.slice(0, query.limit)
          const last = behind.length > items.length ? items.at(-1) : undefined
          const nextCursor = last === undefined ? null : String(last.thread.lastMessageAt.epochMilliseconds)
          return { items, nextCursor }
        })
    }))
  ),
  broken(
    "takes a search for digits only as it is written",
    "Thread list",
    "MUST find threads by a part of the number, however it is written",
    altered(Threads, ({ list }) => ({
      list: (query) =>
        Effect.map(list({ ...query, search: undefined }), (page) => ({
          ...page,
          items: page.items.filter(({ thread }) =>
            `${thread.contactName ?? ""} ${thread.externalContact}`.includes(query.search ?? "")
          )
        }))
    }))
  ),
  broken(
    "lets the last status heard hold",
    "Messages",
    "MUST come to the same status whatever the order in which it is heard",
    altered(Messages, (_sound, store) => ({
      update: (updates) =>
        store.modify((state) => {
          const changed = updates.flatMap(({ messageId, metaData, siteGroupingId, status }) =>
            Option.toArray(HashMap.get(state.messages, messageId))
              .filter((message) => message.siteGroupingId === siteGroupingId)
              .map((message) => ({
                ...message,
                deliveryStatus: status,
                metaData: { ...message.metaData, ...metaData }
              }))
          )
          const messages = HashMap.setMany(
            state.messages,
            changed.map((message) => [message.id, message] as const)
          )
          return [changed, { ...state, messages }]
        })
    }))
  ),
  broken(
    "shows every tenant what needs a decision",
    "Messages by status",
    "MUST show the messages of the scope only",
    altered(Messages, ({ listByStatus }) => ({ listByStatus: (query) => listByStatus({ ...query, scope: "all" }) }))
  ),
  broken(
    "lets anybody find a message by its id",
    "Messages by status",
    "MUST find a message whichever thread it is of, within the scope",
    altered(Messages, ({ find }) => ({ find: (_scope, id) => find("all", id) }))
  ),
  broken(
    "takes everybody's numbers for the tenant's",
    "Tenant numbers",
    "MUST list within the scope only",
    altered(TenantNumbers, ({ list }) => ({
      list: (scope) => list(scope === "all" ? scope : [...scope, null])
    }))
  ),
  broken(
    "lists the newest number first",
    "Tenant numbers",
    "MUST list a tenant's numbers the oldest first",
    altered(TenantNumbers, ({ list }) => ({
      list: (scope) => Effect.map(list(scope), (numbers) => numbers.toReversed())
    }))
  ),
  broken(
    "answers in an order of its own",
    "Settings",
    "MUST answer in the given order, for each that is given",
    altered(Settings, ({ effective }) => ({
      effective: (tenants) => effective(tenants.toSorted((left, right) => String(left).localeCompare(String(right))))
    }))
  ),
  broken(
    "hands the system-wide space's settings on to every tenant",
    "Settings",
    "MUST keep the settings of the system-wide space from every tenant",
    altered(Settings, ({ effective, named }) => ({
      effective: (tenants) =>
        Effect.gen(function* () {
          const [systemWide] = yield* named([null])
          const own = yield* named(tenants)
          const known = yield* effective(tenants)
          return known.map((settings, nth) => ({ ...settings, ...systemWide, ...own[nth] }))
        })
    }))
  ),
  broken(
    "hands on whatever the platform names",
    "Settings",
    "MUST give no tenant an on-call number, a preview, a greeting or an auto-reply of the platform",
    altered(Settings, ({ effective, platform }) => ({
      effective: (tenants) =>
        Effect.gen(function* () {
          const inherited = yield* platform()
          return (yield* effective(tenants)).map((settings) => ({ ...settings, ...inherited }))
        })
    }))
  ),
  broken(
    "stores what is inherited with what is named",
    "Settings",
    "MUST have a tenant follow the platform in what it did not name, as often as that changes",
    altered(Settings, ({ platform, put }) => ({
      put: (tenant, named) =>
        Effect.flatMap(platform(), (inherited) => put(tenant, VoipSettings.resolve(named, inherited)))
    }))
  ),
  broken(
    "takes a second delivery for another event",
    "Inbox: intake",
    "MUST accept an event once however often it is delivered",
    altered(Inbox, ({ accept }) => ({
      accept: (events) =>
        Effect.map(
          Effect.forEach(events, (incoming) =>
            Effect.flatMap(
              Effect.sync(() => crypto.randomUUID()),
              (account) => accept([{ ...incoming, account }])
            )
          ),
          (answers) => answers.flat()
        )
    }))
  ),
  broken(
    "loses the order within a lane",
    "Inbox: lanes",
    "MUST hand out the texts of a contact in the order in which they were accepted",
    altered(Inbox, ({ claimLanes }) => ({
      claimLanes: (options) =>
        Effect.map(claimLanes(options), ({ lanes, now }) => ({
          now,
          lanes: lanes.map((lane) => ({ ...lane, events: lane.events.toReversed() }))
        }))
    }))
  ),
  broken(
    "lets later texts pass a postponed one",
    "Inbox: lanes",
    "MUST hold a postponed text and all behind it back until it is due, in their order",
    altered(Inbox, ({ claimLanes }, store) => ({
      claimLanes: (options) =>
        Effect.gen(function* () {
          const { now } = yield* claimLanes(options)
          const isHeld = ({ dueAt }: { readonly dueAt: DateTime.Utc }) => DateTime.isGreaterThan(dueAt, now)
          // Without the held texts nothing is in the way of those behind them.
          return yield* store.transact(
            Effect.gen(function* () {
              const inbox = yield* store.read((state) => state.inbox)
              yield* store.update((state) => ({ ...state, inbox: HashMap.filter(inbox, (row) => !isHeld(row)) }))
              const claimed = yield* claimLanes(options)
              yield* store.update((state) => ({ ...state, inbox }))
              return claimed
            })
          )
        })
    }))
  ),
  broken(
    "brings a text back that is done",
    "Inbox: lanes",
    "MUST leave a text that is done as it is, however it is settled again",
    resurrecting
  ),
  broken(
    "lets what is parked be settled again",
    "Inbox: lanes",
    "MUST leave a parked text as it is, however it is settled again",
    recalling(({ inbox }, _known, { id }) => HashMap.modify(inbox, id, (row) => ({ ...row, parkedBecause: null })))
  ),
  broken(
    "applies all that came before its number was added at once",
    "Inbox: what is parked",
    "MUST apply no more at once than is asked for, the oldest first",
    altered(Inbox, ({ admitParked }) => ({ admitParked: () => admitParked(Number.MAX_SAFE_INTEGER) }))
  ),
  broken(
    "applies again what came for nobody",
    "Inbox: what is parked",
    "MUST leave parked what came for a number that is no tenant's, however it is asked for",
    altered(Inbox, (_sound, store) => ({
      retryParked: (id) =>
        store.modify((state) => [
          HashMap.has(state.inbox, id),
          { ...state, inbox: HashMap.modify(state.inbox, id, (row) => ({ ...row, parkedBecause: null })) }
        ])
    }))
  ),
  broken(
    "forgets what was dismissed",
    "Inbox: what is parked",
    "MUST still know a dismissed event that is delivered again",
    altered(Inbox, ({ dismissParked }, store) => ({
      dismissParked: (id) =>
        Effect.tap(dismissParked(id), () =>
          store.update((state) => ({ ...state, inboxIdentities: HashMap.empty<string, true>() }))
        )
    }))
  ),
  broken(
    "brings reports back that are done",
    "Inbox: delivery reports",
    "MUST leave a report that is done or parked as it is, however it is settled again",
    resurrecting
  ),
  broken(
    "lets any attempt settle a text",
    "Outbox",
    "MUST let an attempt that is not the current one change nothing",
    altered(Outbox, ({ update }, store) => ({
      update: (updates) =>
        Effect.flatMap(
          store.read(({ sends }) =>
            updates.map((one): SendUpdate => ({
              ...one,
              fence: Option.match(HashMap.get(sends, one.sendId), {
                onNone: () => one.fence,
                onSome: ({ send }) => send.attemptId
              })
            }))
          ),
          update
        )
    }))
  ),
  ...brokenLanes,
  ...brokenReading,
  broken(
    "takes every attempt for one from the text's own number",
    "Outbox: unknown outcomes and reports",
    "MUST give the number back that an attempt leaves from, which need not be the text's own",
    altered(Outbox, ({ claimUnknown }) => ({
      claimUnknown: (limit) =>
        Effect.map(claimUnknown(limit), ({ now, unknown }) => ({
          now,
          unknown: unknown.map((one) => ({ ...one, attempt: { ...one.attempt, from: one.send.from } }))
        }))
    }))
  ),
  broken(
    "takes any provider's attempt for that of the report",
    "Outbox: unknown outcomes and reports",
    "MUST take an attempt for that of its own provider only, and go by the provider's id then",
    altered(Outbox, ({ match }, store) => ({
      match: (targets) =>
        Effect.flatMap(
          store.read(({ attempts }) =>
            targets.map((target) => ({
              ...target,
              provider: Option.match(
                Option.flatMap(Option.fromNullishOr(target.attemptId), (id) => HashMap.get(attempts, id)),
                { onNone: () => target.provider, onSome: ({ attempt }) => attempt.provider }
              )
            }))
          ),
          match
        )
    }))
  ),
  besideOthers(
    broken(
      "knows an attempt as it was before it waited for its text",
      "Outbox: unknown outcomes and reports",
      "MUST tell of an attempt what the transaction noted that was waited for",
      Layer.merge(
        remembering,
        altered(Outbox, ({ match }) => ({
          match: (targets) =>
            Effect.zipWith(match(targets), Before, (found, before) =>
              found.map((one) => {
                const known =
                  one === null ? undefined : Option.getOrUndefined(HashMap.get(before.attempts, one.attemptId))
                return one === null || known === undefined
                  ? one
                  : { ...one, status: known.status, providerMessageId: known.providerMessageId }
              })
            )
        }))
      )
    )
  ),
  broken(
    "leaves out reports on what nobody sent",
    "Outbox: unknown outcomes and reports",
    "MUST answer for each report in the given order, with null for what nobody sent",
    altered(Outbox, ({ match }) => ({
      match: (targets) => Effect.map(match(targets), (found) => found.filter((matched) => matched !== null))
    }))
  ),
  broken(
    "lets anybody at the text of a message",
    "Outbox: unknown outcomes and reports",
    "MUST find the text that carries a message, within the scope",
    altered(Outbox, ({ ofMessage }) => ({ ofMessage: (_scope, messageId) => ofMessage("all", messageId) }))
  ),
  broken(
    "hands buckets out in the order in which it locks them",
    "Rate buckets",
    "MUST answer in the given order, for each that is given",
    altered(RateBuckets, ({ lock }) => ({ lock: (keys) => lock(keys.toSorted()) }))
  ),
  broken(
    "keeps time by the second",
    "Rate buckets",
    "MUST keep buckets as they are saved, to the millisecond, and as they are saved again",
    altered(RateBuckets, ({ save }) => ({
      save: (buckets) => save(buckets.map((one) => ({ ...one, fullAt: DateTime.startOf(one.fullAt, "second") })))
    }))
  ),
  broken(
    "forgets the probe that is out",
    "Circuits",
    "MUST keep a circuit as it is saved, to the millisecond, and as it is saved again",
    altered(Circuits, ({ save }) => ({ save: (circuit) => save({ ...circuit, probeUntil: null }) }))
  ),
  broken(
    "takes every timer for due",
    "Timers",
    "MUST hand out a timer when it is due by the store's clock, and not before",
    altered(Timers, ({ claimDue }, store) => ({
      claimDue: (limit) =>
        Effect.flatMap(claimDue(limit), ({ now }) =>
          store.read((state) => ({
            now,
            timers: HashMap.toValues(state.timers)
              .map(({ timer }) => timer)
              .slice(0, limit)
          }))
        )
    }))
  ),
  broken(
    "fails at an id that it did not give",
    "Broadcaster",
    "MUST tell a listener what is to come whose last id the store cannot have given",
    altered(Broadcaster, ({ subscribe }) => ({
      subscribe: (scope, after) =>
        after === null || /^[1-9]\d*$/.test(after)
          ? subscribe(scope, after)
          : Stream.fail(refusal("broadcaster.subscribe"))
    }))
  ),
  broken(
    "waits for an id that lies ahead",
    "Broadcaster",
    "MUST tell a listener what is to come whose last id the store cannot have given",
    altered(Broadcaster, ({ subscribe }) => ({
      subscribe: (scope, after) => (after !== null && /^\d{15}$/.test(after) ? Stream.never : subscribe(scope, after))
    }))
  ),
  broken(
    "says at once what is not committed yet",
    "Broadcaster",
    "MUST say nothing before the transaction commits",
    hasty
  ),
  ...brokenAccessStores,
  ...brokenRevisions,
  ...brokenVoiceStores,
  ...brokenNumberStores,
  ...brokenDirectoryStores,
  ...brokenTemplateStores,
  ...brokenNotificationStores
]
