/** Memory stores that keep calls, permissions and imports with one fault each. */
import { type BridgeRequest, PhoneNumber } from "@careline/domain"
import { BridgeRequests, Calls, Inbox, type IncomingEvent, MediaImports, MediaUploads } from "@careline/ports"
import { DateTime, Duration, Effect, HashMap, Layer, Option, Order } from "effect"
import { altered, Before, besideOthers, broken, type BrokenStore, remembering } from "./broken.ts"

const longAgo = DateTime.makeUnsafe(0)

const calls: ReadonlyArray<BrokenStore> = [
  broken(
    "forgets what the clinician noted",
    "Calls",
    "MUST keep all of a call",
    altered(Calls, ({ open }) => ({ open: (call) => open({ ...call, notes: null }) }))
  ),
  broken(
    "takes every call for a new one",
    "Calls",
    "MUST open a provider's call once, and tell which one it is",
    altered(Calls, ({ open }) => ({ open: (call) => Effect.map(open(call), (opened) => ({ ...opened, isNew: true })) }))
  ),
  broken(
    "opens a call without a look at those that there are",
    "Calls",
    "MUST open a call once when it is opened twice at the same time",
    altered(Calls, ({ save }) => ({ open: (call) => Effect.as(save([call]), { call, isNew: true }) }))
  ),
  broken(
    "does not know its own id when the provider echoes it",
    "Calls",
    "MUST match by the provider's id, then by ours where the provider's is not known yet",
    altered(Calls, ({ match }) => ({ match: (keys) => match(keys.map((key) => ({ ...key, callId: null }))) }))
  ),
  broken(
    "takes a call for what it was when it began",
    "Calls",
    "MUST save whose call it turned out to be",
    altered(Calls, ({ load, save }) => ({
      save: (heard) =>
        Effect.flatMap(load(heard.map(({ id }) => id)), (known) =>
          save(
            heard.map((call) => {
              const { direction = call.direction, purpose = call.purpose } =
                known.find(({ id }) => id === call.id) ?? {}
              return { ...call, direction, purpose }
            })
          )
        )
    }))
  ),
  broken(
    "saves the first of several calls",
    "Calls",
    "MUST save what became known, for one call and for many",
    altered(Calls, ({ save }) => ({ save: (heard) => save(heard.slice(0, 1)) }))
  ),
  broken(
    "shows everybody's calls",
    "Calls",
    "MUST list a scope's calls, newest first, page by page",
    altered(Calls, ({ list }) => ({ list: (query) => list({ ...query, scope: "all" }) }))
  ),
  broken(
    "lists a time without its end",
    "Calls",
    "MUST list the calls of a thread, and of a time",
    altered(Calls, ({ list }) => ({ list: (query) => list({ ...query, to: undefined }) }))
  ),
  broken(
    "waits for news of calls that are over",
    "Calls",
    "MUST find the calls that nothing was heard of, and that are not over",
    altered(Calls, (_sound, store) => ({
      silent: ({ heardBefore, limit }) =>
        store.read((state) =>
          HashMap.toValues(state.calls)
            .filter(({ updatedAt }) => DateTime.isLessThan(updatedAt, heardBefore))
            .slice(0, limit)
        )
    }))
  ),
  besideOthers(
    broken(
      "knows a call as it was before it waited for it",
      "Calls",
      "MUST give who waited for a call the call as it is then",
      Layer.merge(
        remembering,
        altered(Calls, ({ match }) => ({
          match: (keys) =>
            Effect.zipWith(match(keys), Before, (found, before) =>
              found.map((call) => (call === null ? null : HashMap.getUnsafe(before.calls, call.id)))
            )
        }))
      )
    )
  )
]

const oldestFirst = Order.mapInput(DateTime.Order, (request: BridgeRequest.BridgeRequest) => request.createdAt)

const permissions: ReadonlyArray<BrokenStore> = [
  broken(
    "forgets the wrong PINs of a permission that it keeps",
    "Bridge requests",
    "MUST keep all of a permission",
    altered(BridgeRequests, ({ add }) => ({ add: (request) => add({ ...request, failedPins: 0 }) }))
  ),
  broken(
    "finds the newest permission first",
    "Bridge requests",
    "MUST find the permissions for a call from one number to any of a tenant's, the oldest first",
    altered(BridgeRequests, ({ dialled }) => ({
      dialled: (call) => Effect.map(dialled(call), (found) => found.toReversed())
    }))
  ),
  broken(
    "finds the permissions of every tenant",
    "Bridge requests",
    "MUST find the permissions for a call from one number to any of a tenant's, the oldest first",
    altered(BridgeRequests, (_sound, store) => ({
      dialled: ({ caller, expiredAfter }) =>
        store.read((state) =>
          HashMap.toValues(state.bridgeRequests)
            .filter(
              ({ clinicianNumber, expiresAt }) =>
                clinicianNumber === caller && DateTime.isGreaterThanOrEqualTo(expiresAt, expiredAfter)
            )
            .sort(oldestFirst)
        )
    }))
  ),
  broken(
    "lets permissions last for ever",
    "Bridge requests",
    "MUST leave out what expired before the given time",
    altered(BridgeRequests, ({ dialled }) => ({ dialled: (call) => dialled({ ...call, expiredAfter: longAgo }) }))
  ),
  broken(
    "forgets that a permission is used",
    "Bridge requests",
    "MUST save wrong PINs and use",
    altered(BridgeRequests, ({ save }) => ({
      save: (requests) => save(requests.map((request) => ({ ...request, usedBy: null })))
    }))
  ),
  broken(
    "takes what a clinician prepared first for the last",
    "Bridge requests",
    "MUST tell what a clinician prepared last",
    altered(BridgeRequests, (_sound, store) => ({
      latestOf: (clinicianId) =>
        store.read((state) =>
          Option.fromNullishOr(
            HashMap.toValues(state.bridgeRequests)
              .filter((request) => request.clinicianId === clinicianId)
              .sort(oldestFirst)[0]
          )
        )
    }))
  ),
  broken(
    "forgets since when clinicians have had their numbers",
    "Bridge requests",
    "MUST forget what expired long ago, but for each clinician's latest",
    altered(BridgeRequests, (_sound, store) => ({
      forget: (expiredBefore) =>
        store.modify((state) => {
          const left = HashMap.filter(
            state.bridgeRequests,
            ({ expiresAt }) => !DateTime.isLessThan(expiresAt, expiredBefore)
          )
          return [HashMap.size(state.bridgeRequests) - HashMap.size(left), { ...state, bridgeRequests: left }]
        })
    }))
  ),
  broken(
    "rings one phone for two clinicians",
    "Bridge requests",
    "MUST ring no phone and no clinician by two callbacks at a time",
    altered(BridgeRequests, ({ ring }) => ({
      ring: (one, quota) =>
        ring(
          {
            ...one,
            clinicianNumber: PhoneNumber.E164.make(`+1202${one.id.replace(/\D/g, "").slice(-7).padStart(7, "2")}`)
          },
          quota
        )
    }))
  ),
  broken(
    "takes a phone for busy for as long as it might have rung",
    "Bridge requests",
    "MUST ring again once a callback is connected or over",
    altered(BridgeRequests, () => ({ rang: () => Effect.void }))
  ),
  broken(
    "counts no callbacks",
    "Bridge requests",
    "MUST count the callbacks that a clinician had lately, and tell when the first of them began",
    altered(BridgeRequests, ({ ring }) => ({ ring: (one, quota) => ring(one, { ...quota, calls: 1_000 }) }))
  ),
  broken(
    "lets callbacks ring that are asked for at once",
    "Bridge requests",
    "MUST ring once when many callbacks are asked for at the same time",
    altered(BridgeRequests, () => ({ ring: () => Effect.succeed({ _tag: "Rings" }) }))
  ),
  besideOthers(
    broken(
      "knows a permission as it was before it waited for it",
      "Bridge requests",
      "MUST let one of two calls use a permission, and show the other one that it is used",
      Layer.merge(
        remembering,
        altered(BridgeRequests, ({ load }) => ({
          load: (ids) =>
            Effect.zipWith(load(ids), Before, (found, before) =>
              found.map(({ id }) => HashMap.getUnsafe(before.bridgeRequests, id))
            )
        }))
      )
    )
  )
]

const uploads: ReadonlyArray<BrokenStore> = [
  broken(
    "forgets what it is removing before it is removed",
    "Media uploads",
    "MUST expire what has waited too long, the oldest first, and as many as are asked for",
    altered(MediaUploads, ({ expire, removed }) => ({ expire: (options) => Effect.tap(expire(options), removed) }))
  ),
  broken(
    "removes what a message took",
    "Media uploads",
    "MUST never expire what a message took",
    altered(MediaUploads, () => ({ take: () => Effect.void }))
  ),
  broken(
    "removes what somebody is about to send",
    "Media uploads",
    "MUST let what is held wait anew, and never less than it did",
    altered(MediaUploads, () => ({ hold: () => Effect.succeed([]) }))
  ),
  broken(
    "does not say what is being removed",
    "Media uploads",
    "MUST say what is being removed, and let no message take it",
    altered(MediaUploads, ({ hold }) => ({ hold: (...asked) => Effect.as(hold(...asked), []) }))
  ),
  broken(
    "counts what one file has, and not what all of them have",
    "Media uploads",
    "MUST count what a user has waiting over all tenants, and nothing else of it",
    altered(MediaUploads, ({ add }) => ({
      add: (upload, quota) => add(upload, { uploads: quota.uploads, bytes: Number.MAX_SAFE_INTEGER })
    }))
  ),
  broken(
    "lets uploads in that come at once",
    "Media uploads",
    "MUST NOT let a user have more by bringing many at once",
    altered(MediaUploads, ({ add }) => ({
      add: (upload) => add(upload, { uploads: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER })
    }))
  )
]

const imports: ReadonlyArray<BrokenStore> = [
  broken(
    "takes every import for due",
    "Media imports",
    "MUST keep all of an import, and hand it out when it is due",
    altered(MediaImports, ({ add }) => ({ add: (added) => add(added, longAgo) }))
  ),
  broken(
    "hands out more than is asked for",
    "Media imports",
    "MUST hand out the oldest first, as many as are asked for, and each to one only",
    altered(MediaImports, ({ claim }) => ({ claim: (options) => claim({ ...options, limit: options.limit * 2 }) }))
  ),
  broken(
    "never takes a lease back",
    "Media imports",
    "MUST hand it out again when the lease is over, by the store's clock",
    altered(MediaImports, ({ claim }) => ({
      claim: (options) => claim({ ...options, leaseMillis: Duration.toMillis("365 days") })
    }))
  ),
  broken(
    "lets anybody settle an import",
    "Media imports",
    "MUST let only the holder of the lease settle it",
    altered(MediaImports, ({ settle }, store) => ({
      settle: (settlement) =>
        Effect.flatMap(
          store.read(({ mediaImports }) =>
            Option.match(HashMap.get(mediaImports, settlement.id), {
              onNone: () => settlement.fence,
              onSome: ({ fence }) => String(fence)
            })
          ),
          (fence) => settle({ ...settlement, fence })
        )
    }))
  ),
  broken(
    "does at once what shall be done later",
    "Media imports",
    "MUST go on at the stage that it was settled at, when that is due, and not before",
    altered(MediaImports, ({ settle }) => ({
      settle: (settlement) =>
        settle({ ...settlement, next: settlement.next === null ? null : { ...settlement.next, dueAt: longAgo } })
    }))
  ),
  broken(
    "notes beside the transaction what is settled",
    "Media imports",
    "MUST undo a settlement with its transaction",
    altered(MediaImports, ({ settle }) => {
      const settled = new Set<string>()
      return {
        settle: (settlement) =>
          Effect.suspend(() => {
            if (settled.has(settlement.fence)) return Effect.succeed(false)
            settled.add(settlement.fence)
            return settle(settlement)
          })
      }
    })
  )
]

/** As a store has it that keeps no talk time in what tells reports apart. */
const withoutSeconds = (incoming: IncomingEvent): IncomingEvent => {
  const { event } = incoming
  return event._tag === "CallReported" && event.report._tag === "Progressed"
    ? { ...incoming, event: { ...event, report: { ...event.report, durationSeconds: null } } }
    : incoming
}

const intake: ReadonlyArray<BrokenStore> = [
  broken(
    "keeps calls in lanes of their own",
    "Inbox: calls",
    "MUST keep a contact's calls in one lane with their texts, in order of arrival",
    altered(Inbox, ({ claimLanes }) => ({
      claimLanes: (options) =>
        Effect.map(claimLanes(options), (claimed) => ({
          ...claimed,
          lanes: claimed.lanes.flatMap((lane) => [
            { ...lane, events: lane.events.filter(({ event }) => event._tag === "MessageReceived") },
            { ...lane, events: lane.events.filter(({ event }) => event._tag === "CallReceived") }
          ])
        }))
    }))
  ),
  broken(
    "takes a call that it is told of again for another",
    "Inbox: calls",
    "MUST keep a call once, however often it is told of",
    altered(Inbox, ({ accept }) => {
      let told = 0
      return { accept: (events) => accept(events.map((one) => ({ ...one, account: String(told++) }))) }
    })
  ),
  broken(
    "takes a call to nobody's number for one of ours",
    "Inbox: calls",
    "MUST park a call to a number that is in no pool",
    altered(Inbox, ({ accept }) => ({
      accept: (events) =>
        Effect.map(accept(events), (answers) =>
          answers.map((answer) => (answer === "unroutable" ? ("accepted" as const) : answer))
        )
    }))
  ),
  broken(
    "lets reports of calls hold up those of texts",
    "Inbox: calls",
    "MUST hand out reports of calls apart from reports of texts, and as they came",
    altered(Inbox, ({ claimCallReports, claimReports }) => ({
      claimReports: (limit) =>
        Effect.flatMap(claimCallReports(limit), ({ reports }) => claimReports(reports.length === 0 ? limit : 0))
    }))
  ),
  broken(
    "takes a report that knows how long they talked for the one before it",
    "Inbox: calls",
    "MUST tell reports of one call apart by what they say, and only by that",
    altered(Inbox, ({ accept }) => ({ accept: (events) => accept(events.map(withoutSeconds)) }))
  )
]

export const brokenVoiceStores: ReadonlyArray<BrokenStore> = [
  ...calls,
  ...permissions,
  ...imports,
  ...uploads,
  ...intake
]
