/** Outboxes, buckets, circuits and timers with one fault each. */
import { type Send, SendLane } from "@careline/domain"
import { Changes, Circuits, Outbox, RateBuckets, Timers } from "@careline/ports"
import { DateTime, Effect, HashMap, Option, Order } from "effect"
import type { SendRow } from "../../src/memory/shared/MemoryState.ts"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

type Texts = ReadonlyArray<Send.Send>

const outbox = breaking(Outbox)
const queued = breaking(Changes)
const buckets = breaking(RateBuckets)
const circuits = breaking(Circuits)
const timers = breaking(Timers)

const inSequence = Order.mapInput(Order.Number, ({ sequence }: SendRow) => sequence)
const byDue = Order.mapInput(DateTime.Order, ({ notBefore }: Send.Send) => notBefore)
const recipientOf = ({ siteGroupingId, to }: Send.Send): string => `${siteGroupingId} ${to}`
const isSending = ({ state }: Send.Send): boolean => state === "sending"
const isDue = (now: DateTime.Utc) => (send: Send.Send) =>
  send.state === "queued" && DateTime.isLessThanOrEqualTo(send.notBefore, now)

/** Of each recipient the first one, if it may leave. */
const firsts = (texts: Texts, now: DateTime.Utc): Texts =>
  [...Map.groupBy(texts, recipientOf).values()].flatMap(([first]) => first ?? []).filter(isDue(now))

/** Texts to whom none of the others is being sent. */
const besides = (texts: Texts, others: Texts): Texts => {
  const busy = new Set(others.filter(isSending).map(recipientOf))
  return texts.filter((send) => !busy.has(recipientOf(send)))
}

/** An outbox that hands out of each lane what is left of it, as if nothing else were right. */
const handingOut = (ofLane: (texts: Texts, now: DateTime.Utc, all: Texts) => Texts) =>
  outbox.answered({
    claim: ({ now }, { sends }, { limit, shares }) => {
      const all = HashMap.toValues(sends)
        .sort(inSequence)
        .map(({ send }) => send)
        .filter((send) => send.state === "queued" || isSending(send))
      const inLane = (lane: SendLane.SendLane) => [
        ...ofLane(
          all.filter((send) => send.lane === lane),
          now,
          all
        )
      ]
      return { now, sends: SendLane.fill(limit, shares, inLane) }
    }
  })

export const outboxFaults: StoreFaults = {
  Outbox: {
    "lets any attempt settle a text → an attempt that is not the current one": outbox.asked({
      update: (updates, state) =>
        updates.map((one) => ({
          ...one,
          fence: Option.getOrUndefined(HashMap.get(state.sends, one.sendId))?.send.attemptId ?? one.fence
        }))
    }),
    "sends several texts to one recipient at a time → one text per recipient": handingOut((texts, now) =>
      texts.filter(isDue(now))
    ),
    "counts only what may leave at once → queued to leave from each number": outbox.answered({
      countWaiting: (_counts, { sends }, from, lane) => {
        const isHeld = ({ notBefore, queuedAt }: Send.Send) => DateTime.isGreaterThan(notBefore, queuedAt)
        const due = HashMap.toValues(sends).filter(
          ({ send }) => send.state === "queued" && send.lane <= lane && !isHeld(send)
        )
        return from.map((id) => due.filter(({ send }) => send.fromNumberId === id).length)
      }
    })
  },
  "Outbox: lanes": {
    "lets what is held keep later texts waiting → held until later keep nothing": handingOut((texts, now) =>
      texts[0]?.lane === 0 ? texts.filter(isDue(now)) : firsts(texts, now)
    ),
    "lets an alarm wait for another one to the same number → lane 0 wait for nobody": handingOut((texts, now) =>
      firsts(besides(texts, texts).filter(isDue(now)), now)
    ),
    "lets a lane wait for what another one is sending → no lane wait for a text": handingOut((texts, now, all) => {
      const due = besides(texts, all).filter(isDue(now))
      return texts[0]?.lane === 0 ? due : firsts(due, now)
    }),
    "lets what became due first leave first, whatever was queued before it → in the order in which they were queued":
      handingOut((texts, now) => firsts(texts.filter(isDue(now)).sort(byDue), now)),
    "gives the whole batch to the most urgent → reserve each lane its share": outbox.asked({
      claim: (wanted) => ({ ...wanted, shares: wanted.shares.map(({ lane }) => ({ lane, share: 0 })) })
    }),
    "takes the longest due first, in whichever lane → lane by lane": outbox.answered({
      claim: ({ now, sends }) => ({ now, sends: sends.toSorted(byDue) })
    }),
    "claims from lanes that are not named → from no lane that is not named": outbox.asked({
      claim: ({ limit }) => ({ limit, shares: SendLane.shares(limit, 2) })
    }),
    "takes every text for conversation → keep the lane of a text": queued.asked({
      apply: (changes) =>
        changes.map((change) =>
          change._tag === "SendQueued" ? { ...change, send: { ...change.send, lane: 1 } } : change
        )
    }),
    "begins whatever it is told to → begin no second text": outbox.altered(({ begin }, store) => ({
      begin: (attempts) =>
        Effect.gen(function* () {
          const isOwn = ({ send }: SendRow) => attempts.some(({ sendId }) => sendId === send.id)
          const sends = yield* store.read((state) => state.sends)
          const shown = HashMap.filter(sends, (row) => isOwn(row) || !isSending(row.send))
          yield* store.update((state) => ({ ...state, sends: shown }))
          yield* begin(attempts)
          yield* store.update((state) => ({ ...state, sends: HashMap.union(sends, state.sends) }))
        })
    })),
    "looks for the oldest first, however urgent another one is → what is urgent first": outbox.altered((sound) => ({
      claimUnknown: (limit) =>
        Effect.map(sound.claimUnknown(Number.MAX_SAFE_INTEGER), ({ now, unknown }) => ({
          now,
          unknown: unknown.toSorted(Order.mapInput(DateTime.Order, ({ send }) => send.queuedAt)).slice(0, limit)
        }))
    })),
    "counts what waits in less urgent lanes → count what waits at a number": outbox.altered(({ countWaiting }) => ({
      countWaiting: (from) => countWaiting(from, SendLane.bulk)
    }))
  },
  "Outbox: unknown outcomes and reports": {
    "takes every attempt for one from the text's own number → which need not be the text's own": outbox.answered({
      claimUnknown: (claimed) => ({
        ...claimed,
        unknown: claimed.unknown.map((one) => ({ ...one, attempt: { ...one.attempt, from: one.send.from } }))
      })
    }),
    "takes any provider's attempt for that of the report → go by the provider's id then": outbox.asked({
      match: (all, state) =>
        all.map((one) => {
          const found = one.attemptId === null ? Option.none() : HashMap.get(state.attempts, one.attemptId)
          return { ...one, provider: Option.getOrUndefined(found)?.attempt.provider ?? one.provider }
        })
    }),
    "knows an attempt as it was before it waited for its text → that was waited for": outbox.stale({
      match: (found, { attempts }) =>
        found.map((one) => {
          const known = one === null ? undefined : Option.getOrUndefined(HashMap.get(attempts, one.attemptId))
          return one && known ? { ...one, status: known.status, providerMessageId: known.providerMessageId } : one
        })
    }),
    "leaves out reports on what nobody sent → null for what nobody sent": outbox.answered({
      match: (found) => found.filter((matched) => matched !== null)
    }),
    "lets anybody at the text of a message → carries a message, within the scope": outbox.asked({
      ofMessage: () => "all"
    })
  },
  "Rate buckets": {
    "hands buckets out in the order in which it locks them → in the given order": buckets.asked({
      lock: (keys) => keys.toSorted()
    }),
    "keeps time by the second → to the millisecond": buckets.asked({
      save: (saved) => saved.map((one) => ({ ...one, fullAt: DateTime.startOf(one.fullAt, "second") }))
    })
  },
  Circuits: {
    "forgets the probe that is out → as it is saved, to the millisecond": circuits.asked({
      save: set({ probeUntil: null })
    })
  },
  Timers: {
    "takes every timer for due → and not before": timers.answered({
      claimDue: ({ now }, state) => ({ now, timers: HashMap.toValues(state.timers).map(({ timer }) => timer) })
    })
  }
}
