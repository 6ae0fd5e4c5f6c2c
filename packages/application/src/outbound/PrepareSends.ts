/**
 * Transaction A of the outbound flow: marks what may leave as `sending` with an attempt, defers what may not yet and says why,
 * and withdraws the rest.
 */
import { type AttemptId, Message, Send, SendLane } from "@careline/domain"
import {
  type Attempt,
  type Directory,
  IdGenerator,
  Outbox,
  TenantNumbers,
  type SendUpdate,
  type StorageError,
  type StoragePorts,
  type TelephonyProviders
} from "@careline/ports"
import { DateTime, Effect } from "effect"
import { Limits, type LimitsShape } from "../shared/Limits.ts"
import { becomesOverdue } from "../escalation/OverdueAlarm.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"
import { selectRoutes } from "./SendRoutes.ts"
import { evaluateSendPolicy } from "./SendGate.ts"
import { acquireTokens } from "./SendRates.ts"

/** A send whose attempt is on record, to be handed over. */
export interface Prepared {
  readonly send: Send.Send
  readonly attempt: Attempt
}

/** Whether a text has waited so long that it should not surprise anybody any more. */
export const isOld = ({ queuedAt }: Send.Send, now: DateTime.Utc, { giveUpAfter }: LimitsShape): boolean =>
  now.epochMilliseconds - queuedAt.epochMilliseconds >= giveUpAfter

/** What is noted of sends that do not leave, and of what they selectRoutes. */
interface Kept {
  readonly limits: LimitsShape
  readonly updates: Array<SendUpdate>
  readonly results: Array<SendResult>
}

const delayed = (
  reason: NonNullable<Message.MessageMetadata["delay"]>["reason"],
  until: DateTime.Utc
): Message.MessageMetadata => ({ delay: { reason, until: DateTime.formatIso(until) } })

/** It does not wait any more, if it ever did. */
const noMoreDelay = (send: Send.Send): Message.MessageMetadata => (Send.wasDeferred(send) ? { delay: null } : {})

/** The result of a send that is deferred: its message says why, and an alarm that waits for too long counts as failed. */
export const deferral = (
  send: Send.Send,
  reason: Parameters<typeof delayed>[0],
  until: DateTime.Utc,
  limits: LimitsShape
): SendResult => ({
  send,
  status: becomesOverdue(send, until, limits) ? "failed" : "queued",
  metaData: delayed(reason, until)
})

/** Defers a send. */
const defer = (
  { limits, results, updates }: Kept,
  send: Send.Send,
  reason: Parameters<typeof delayed>[0],
  until: DateTime.Utc
): void => {
  if (Send.isPast(send, until)) return withdraw({ limits, results, updates }, send, "expired")
  updates.push({ sendId: send.id, fence: send.attemptId, state: "queued", notBefore: until, detail: reason })
  results.push(deferral(send, reason, until, limits))
}

/** Takes a send out of the queue for good, and says in its message why. */
const withdraw = ({ results, updates }: Kept, send: Send.Send, reason: string): void => {
  updates.push({ sendId: send.id, fence: send.attemptId, state: "canceled", detail: reason })
  results.push({ send, status: "failed", metaData: { failureReason: reason, ...noMoreDelay(send) } })
}

/** The sends that the policy lets go; the others are held or withdrawn. */
const passGate = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc, kept: Kept) {
  const decisions = yield* evaluateSendPolicy(sends, now)
  return sends.filter((send, index) => {
    const decision = decisions[index]!
    if (Send.isPast(send, now)) {
      withdraw(kept, send, "expired")
      return false
    }
    if (decision._tag === "Hold") defer(kept, send, decision.reason, decision.until)
    else if (decision._tag === "Refuse") withdraw(kept, send, decision.reason)
    return decision._tag === "SendNow"
  })
})

/** The sends that a provider carries now, with how; the others wait. */
const findRoutes = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc, kept: Kept) {
  const routes = yield* selectRoutes(sends, now)
  const leaving = sends.flatMap((send, index) => {
    const route = routes[index]!
    if (route._tag === "Carried") return [{ send, ...route }]
    if (route._tag === "NumberSuspended") withdraw(kept, send, "number_suspended")
    else if (isOld(send, now, kept.limits)) withdraw(kept, send, "no_number_at_provider")
    else defer(kept, send, "no_number_at_provider", route.until)
    return []
  })
  const turns = yield* acquireTokens(leaving, now)
  return leaving.filter(({ send }, index) => {
    const turn = turns[index]!
    if (turn !== null) defer(kept, send, "rate_limit", turn)
    return turn === null
  })
})

/** What messages say once they go on, and from where if that is not the number that they were queued for. */
const onTheirWay = Effect.fnUntraced(function* (prepared: ReadonlyArray<Prepared>) {
  const moved = prepared.flatMap(({ attempt, send }) => (attempt.from === send.from ? [] : [attempt.from]))
  const numbers = moved.length === 0 ? [] : yield* (yield* TenantNumbers).byNumbers([...new Set(moved)])
  return prepared.map(({ attempt: { from }, send }): SendResult => {
    const number = from === send.from ? undefined : numbers.find((one) => one.number === from)
    return {
      send,
      status: "sending",
      metaData: {
        ...noMoreDelay(send),
        ...(from === send.from ? {} : { sentFrom: from }),
        ...(number === undefined ? {} : Message.onNumber(number))
      }
    }
  })
})

/** What was claimed, held or not, and what of it is to be handed over. */
export interface Preparation {
  readonly claimed: number
  readonly prepared: ReadonlyArray<Prepared>
}

/** Takes what may leave now, of the lanes down to `last`. In the ambient transaction. */
export const prepareSends = Effect.fnUntraced(function* (
  last: SendLane.SendLane
): Effect.fn.Return<Preparation, StorageError, StoragePorts | Directory | TelephonyProviders.TelephonyProviders> {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { now, sends } = yield* outbox.claim({
    limit: limits.sendsPerBatch,
    shares: SendLane.shares(limits.sendsPerBatch, limits.sendsReservedPerLane, last)
  })
  if (sends.length === 0) return { claimed: 0, prepared: [] }

  const kept: Kept = { limits, updates: [], results: [] }
  const leaving = yield* findRoutes(yield* passGate(sends, now, kept), now, kept)
  const ids = yield* (yield* IdGenerator).next("attempt", leaving.length)
  const prepared = leaving.map(({ from, provider, send }, index): Prepared => ({
    send,
    attempt: {
      id: ids[index] as AttemptId,
      sendId: send.id,
      provider,
      from,
      startedAt: now,
      deadline: DateTime.addDuration(now, limits.attemptDeadline)
    }
  }))
  yield* outbox.begin(prepared.map(({ attempt }) => attempt))
  yield* outbox.update(kept.updates)
  yield* recordOutcome([...kept.results, ...(yield* onTheirWay(prepared))])
  return { claimed: sends.length, prepared }
})
