/** Stores that keep calls, permissions, imports and uploads with one fault each. */
import { type BridgeRequest, PhoneNumber } from "@careline/domain"
import { BridgeRequests, Calls, MediaImports, MediaUploads } from "@careline/ports"
import { DateTime, Duration, Effect, HashMap, Option, Order } from "effect"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const calls = breaking(Calls)
const permissions = breaking(BridgeRequests)
const uploads = breaking(MediaUploads)
const imports = breaking(MediaImports)

const longAgo = DateTime.makeUnsafe(0)
const unlimited = { uploads: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER }
const oldestFirst = Order.mapInput(DateTime.Order, (request: BridgeRequest.BridgeRequest) => request.createdAt)
const phoneOf = (id: string) => PhoneNumber.E164.make(`+1202${id.replace(/\D/g, "").slice(-7).padStart(7, "2")}`)

export const voiceFaults: StoreFaults = {
  Calls: {
    "forgets what the clinician noted → keep all of a call": calls.asked({ open: set({ notes: null }) }),
    "takes every call for a new one → tell which one it is": calls.answered({
      open: ({ call }) => ({ call, isNew: true })
    }),
    "opens a call without a look at those that there are → opened twice at the same time": calls.altered(
      ({ save }) => ({ open: (call) => Effect.as(save([call]), { call, isNew: true }) })
    ),
    "does not know its own id when the provider echoes it → then by ours": calls.asked({
      match: (keys) => keys.map(set({ callId: null }))
    }),
    "takes a call for what it was when it began → whose call it turned out to be": calls.asked({
      save: (heard, state) =>
        heard.map((call) => {
          const { direction = call.direction, purpose = call.purpose } =
            Option.getOrUndefined(HashMap.get(state.calls, call.id)) ?? {}
          return { ...call, direction, purpose }
        })
    }),
    "saves the first of several calls → for one call and for many": calls.asked({ save: (heard) => heard.slice(0, 1) }),
    "shows everybody's calls → list a scope's calls": calls.asked({ list: set({ scope: "all" }) }),
    "lists a time without its end → and of a time": calls.asked({ list: set({ to: undefined }) }),
    "waits for news of calls that are over → that are not over": calls.answered({
      silent: (_found, state, { heardBefore }) =>
        HashMap.toValues(state.calls).filter(({ updatedAt }) => DateTime.isLessThan(updatedAt, heardBefore))
    }),
    "knows a call as it was before it waited for it → who waited for a call": calls.stale({
      match: (found, before) => found.map((call) => (call === null ? null : HashMap.getUnsafe(before.calls, call.id)))
    })
  },
  "Bridge requests": {
    "forgets the wrong PINs of a permission that it keeps → all of a permission": permissions.asked({
      add: (request) => ({ ...request, failedPins: 0 })
    }),
    "finds the newest permission first → the oldest first": permissions.answered({
      dialled: (found) => found.toReversed()
    }),
    "finds the permissions of every tenant → the oldest first": permissions.answered({
      dialled: (_found, state, { caller }) =>
        HashMap.toValues(state.bridgeRequests)
          .filter(({ clinicianNumber }) => clinicianNumber === caller)
          .sort(oldestFirst)
    }),
    "lets permissions last for ever → leave out what expired": permissions.asked({
      dialled: set({ expiredAfter: longAgo })
    }),
    "forgets that a permission is used → save wrong PINs and use": permissions.asked({
      save: (requests) => requests.map(set({ usedBy: null }))
    }),
    "takes what a clinician prepared first for the last → prepared last": permissions.answered({
      latestOf: (_last, all, who) =>
        Option.fromNullishOr(
          HashMap.toValues(all.bridgeRequests)
            .filter(({ clinicianId }) => clinicianId === who)
            .sort(oldestFirst)[0]
        )
    }),
    "forgets since when clinicians have had their numbers → each clinician's latest": permissions.after({
      forget: set({ bridgeRequests: HashMap.empty() })
    }),
    "rings one phone for two clinicians → ring no phone and no clinician": permissions.asked({
      ring: (one) => ({ ...one, clinicianNumber: phoneOf(one.id) })
    }),
    "takes a phone for busy for as long as it might have rung → ring again once": permissions.altered(() => ({
      rang: () => Effect.void
    })),
    "counts no callbacks → count the callbacks": permissions.altered(({ ring }) => ({
      ring: (one, quota) => ring(one, { ...quota, calls: 1_000 })
    })),
    "lets callbacks ring that are asked for at once → ring once when many": permissions.altered(() => ({
      ring: () => Effect.succeed({ _tag: "Rings" })
    })),
    "knows a permission as it was before it waited for it → let one of two calls": permissions.stale({
      load: (found, before) => found.map(({ id }) => HashMap.getUnsafe(before.bridgeRequests, id))
    })
  },
  "Media uploads": {
    "forgets what it is removing before it is removed → waited too long": uploads.altered(({ expire, removed }) => ({
      expire: (options) => Effect.tap(expire(options), removed)
    })),
    "removes what a message took → what a message took": uploads.altered(() => ({ take: () => Effect.void })),
    "removes what somebody is about to send → let what is held": uploads.altered(() => ({
      hold: () => Effect.succeed([])
    })),
    "does not say what is being removed → say what is being removed": uploads.answered({ hold: () => [] }),
    "counts what one file has, and not what all of them have → over all tenants": uploads.altered(({ add }) => ({
      add: (upload, quota) => add(upload, { ...unlimited, uploads: quota.uploads })
    })),
    "lets uploads in that come at once → by bringing many at once": uploads.altered(({ add }) => ({
      add: (upload) => add(upload, unlimited)
    }))
  },
  "Media imports": {
    "takes every import for due → keep all of an import": imports.altered(({ add }) => ({
      add: (added) => add(added, longAgo)
    })),
    "hands out more than is asked for → as many as are asked for": imports.asked({
      claim: (options) => ({ ...options, limit: options.limit * 2 })
    }),
    "never takes a lease back → when the lease is over": imports.asked({
      claim: set({ leaseMillis: Duration.toMillis("365 days") })
    }),
    "lets anybody settle an import → the holder of the lease": imports.asked({
      settle: (settlement, { mediaImports }) => ({
        ...settlement,
        fence: String(Option.getOrUndefined(HashMap.get(mediaImports, settlement.id))?.fence ?? settlement.fence)
      })
    }),
    "does at once what shall be done later → go on at the stage": imports.asked({
      settle: ({ next, ...others }) => ({ ...others, next: next === null ? null : { ...next, dueAt: longAgo } })
    }),
    "notes beside the transaction what is settled → undo a settlement": imports.altered(({ settle }) => {
      const settled = new Set<string>()
      return {
        settle: (settlement) => {
          const isNew = !settled.has(settlement.fence)
          settled.add(settlement.fence)
          return isNew ? settle(settlement) : Effect.succeed(false)
        }
      }
    })
  }
}
