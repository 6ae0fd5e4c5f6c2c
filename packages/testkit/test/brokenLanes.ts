/** Outboxes with one fault each in what they hand out, and in what order. */
import { type Send, SendLane } from "@careline/domain"
import { Changes, Outbox } from "@careline/ports"
import { DateTime, Effect, HashMap, Order } from "effect"
import type { MemoryState, SendRow } from "../src/memory/MemoryState.ts"
import { altered, broken, type BrokenStore } from "./broken.ts"

const inSequence = Order.mapInput(Order.Number, ({ sequence }: SendRow) => sequence)
const recipientOf = ({ siteGroupingId, to }: Send.Send): string => `${siteGroupingId} ${to}`

/** An outbox that hands out of each lane what is left of it, as if nothing else were right. */
const handingOut = (
  ofLane: (
    texts: ReadonlyArray<Send.Send>,
    now: DateTime.Utc,
    all: ReadonlyArray<Send.Send>
  ) => ReadonlyArray<Send.Send>
) =>
  altered(Outbox, ({ claim }, store) => ({
    claim: (wanted) =>
      Effect.flatMap(claim(wanted), ({ now }) =>
        store.read(({ sends }: MemoryState) => {
          const all = HashMap.toValues(sends)
            .sort(inSequence)
            .map(({ send }) => send)
            .filter(({ state }) => state === "queued" || state === "sending")
          const inLane = (lane: SendLane.SendLane) =>
            ofLane(
              all.filter((send) => send.lane === lane),
              now,
              all
            )
          return { now, sends: SendLane.fill(wanted.limit, wanted.shares, inLane) }
        })
      )
  }))

const isDue = (now: DateTime.Utc) => (send: Send.Send) =>
  send.state === "queued" && DateTime.isLessThanOrEqualTo(send.notBefore, now)

/** Of each recipient the first one, if it may leave. */
const firsts = (texts: ReadonlyArray<Send.Send>, now: DateTime.Utc) =>
  [...Map.groupBy(texts, recipientOf).values()]
    .flatMap(([first]) => (first === undefined ? [] : [first]))
    .filter(isDue(now))

export const brokenLanes: ReadonlyArray<BrokenStore> = [
  broken(
    "sends several texts to one recipient at a time",
    "Outbox",
    "MUST hand out one text per recipient and lane, and the next once that one is settled",
    handingOut((texts, now) => texts.filter(isDue(now)))
  ),
  broken(
    "lets what is held keep later texts waiting",
    "Outbox: lanes",
    "MUST let what is held until later keep nothing else waiting",
    handingOut((texts, now) => (texts[0]?.lane === 0 ? texts.filter(isDue(now)) : firsts(texts, now)))
  ),
  broken(
    "lets an alarm wait for another one to the same number",
    "Outbox: lanes",
    "MUST let lane 0 wait for nobody: neither for another claim's text, nor for one that is being sent",
    handingOut((texts, now) => {
      const busy = new Set(texts.filter(({ state }) => state === "sending").map(recipientOf))
      return firsts(
        texts.filter((send) => !busy.has(recipientOf(send)) && isDue(now)(send)),
        now
      )
    })
  ),
  broken(
    "lets a lane wait for what another one is sending",
    "Outbox: lanes",
    "MUST let no lane wait for a text of another one to the same recipient",
    handingOut((texts, now, all) => {
      const busy = new Set(all.filter(({ state }) => state === "sending").map(recipientOf))
      const due = texts.filter((send) => isDue(now)(send) && !busy.has(recipientOf(send)))
      return texts[0]?.lane === 0 ? due : firsts(due, now)
    })
  ),
  broken(
    "lets what became due first leave first, whatever was queued before it",
    "Outbox: lanes",
    "MUST hand texts of a lane to a recipient out in the order in which they were queued, once all may leave",
    handingOut((texts, now) => {
      const byDue = texts.filter(isDue(now)).sort(Order.mapInput(DateTime.Order, ({ notBefore }) => notBefore))
      return firsts(byDue, now)
    })
  ),
  broken(
    "gives the whole batch to the most urgent",
    "Outbox: lanes",
    "MUST reserve each lane its share, and give to the most urgent what a lane leaves free",
    altered(Outbox, ({ claim }) => ({
      claim: ({ limit, shares }) => claim({ limit, shares: shares.map(({ lane }) => ({ lane, share: 0 })) })
    }))
  ),
  broken(
    "takes the longest due first, in whichever lane",
    "Outbox: lanes",
    "MUST hand out lane by lane, the most urgent first, and in a lane what has been due for longest",
    altered(Outbox, ({ claim }) => ({
      claim: (wanted) =>
        Effect.map(claim(wanted), ({ now, sends }) => ({
          now,
          sends: [...sends].sort(Order.mapInput(DateTime.Order, ({ notBefore }) => notBefore))
        }))
    }))
  ),
  broken(
    "claims from lanes that are not named",
    "Outbox: lanes",
    "MUST claim from no lane that is not named",
    altered(Outbox, ({ claim }) => ({
      claim: ({ limit }) => claim({ limit, shares: SendLane.shares(limit, 2) })
    }))
  ),
  broken(
    "takes every text for conversation",
    "Outbox: lanes",
    "MUST keep the lane of a text",
    altered(Changes, ({ apply }) => ({
      apply: (changes) =>
        apply(
          changes.map((change) =>
            change._tag === "SendQueued" ? { ...change, send: { ...change.send, lane: 1 as const } } : change
          )
        )
    }))
  ),
  broken(
    "begins whatever it is told to",
    "Outbox: lanes",
    "MUST begin no second text of a lower lane to a recipient side by side, whoever claimed it",
    altered(Outbox, ({ begin }, store) => ({
      begin: (attempts) =>
        Effect.gen(function* () {
          const sends = yield* store.read((state) => state.sends)
          const isOther = ({ send }: SendRow) => attempts.every(({ sendId }) => sendId !== send.id)
          const underWay = HashMap.filter(sends, (row) => isOther(row) && row.send.state === "sending")
          yield* store.update((state) => ({
            ...state,
            sends: HashMap.filter(state.sends, (row) => !HashMap.has(underWay, row.send.id))
          }))
          yield* begin(attempts)
          yield* store.update((state) => ({ ...state, sends: HashMap.union(state.sends, underWay) }))
        })
    }))
  ),
  broken(
    "looks for the oldest first, however urgent another one is",
    "Outbox: lanes",
    "MUST look for what is urgent first, of texts whose outcome nobody knows",
    altered(Outbox, ({ claimUnknown }) => ({
      claimUnknown: (limit) =>
        Effect.map(claimUnknown(Number.MAX_SAFE_INTEGER), ({ now, unknown }) => ({
          now,
          unknown: [...unknown].sort(Order.mapInput(DateTime.Order, ({ send }) => send.queuedAt)).slice(0, limit)
        }))
    }))
  ),
  broken(
    "counts only what may leave at once",
    "Outbox",
    "MUST count the texts that are queued to leave from each number, due or not, in the given order",
    altered(Outbox, (_sound, store) => ({
      countWaiting: (from, lane) =>
        Effect.flatMap(DateTime.now, (now) =>
          store.read(({ sends }) => {
            const due = HashMap.toValues(sends)
              .map(({ send }) => send)
              .filter((send) => send.lane <= lane && isDue(now)(send))
            return from.map((id) => due.filter(({ fromNumberId }) => fromNumberId === id).length)
          })
        )
    }))
  ),
  broken(
    "counts what waits in less urgent lanes",
    "Outbox: lanes",
    "MUST count what waits at a number in the lane and in those that are more urgent",
    altered(Outbox, ({ countWaiting }) => ({ countWaiting: (from) => countWaiting(from, SendLane.bulk) }))
  )
]
