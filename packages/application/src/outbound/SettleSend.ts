/** Transaction B of the outbound flow: records the outcome of an attempt, fenced by it. */
import { Segments, Send, type SendOutcome } from "@careline/domain"
import {
  type Directory,
  Outbox,
  type SendUpdate,
  type StorageError,
  type StoragePorts,
  type TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Schedule } from "effect"
import { backoff, Limits, type LimitsShape } from "../shared/Limits.ts"
import { noteSend } from "../shared/Metrics.ts"
import { isOld, type Prepared, deferral } from "./PrepareSends.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"
import { recordCircuitOutcome } from "./SendRoutes.ts"

interface Settlement {
  readonly update: SendUpdate
  readonly result: SendResult
}

/** What an attempt that is safe to repeat makes of its send: tried again later, or given up once it is old. */
const later = (
  { attempt, send }: Prepared,
  outcome: Extract<SendOutcome.SendOutcome, { readonly _tag: "Throttled" | "NotSent" }>,
  now: DateTime.Utc,
  limits: LimitsShape
): Settlement => {
  const base = { sendId: send.id, fence: attempt.id }
  if (send.attempts + 1 >= limits.sendAttempts && isOld(send, now, limits)) {
    const metaData = { provider: attempt.provider, failureReason: "provider_unreachable", delay: null }
    return {
      update: { ...base, state: "rejected", detail: "given up" },
      result: { send, status: "failed", metaData }
    }
  }
  const asked = outcome._tag === "Throttled" ? (outcome.retryAfterMillis ?? 0) : 0
  const pause = Math.max(asked, backoff(limits.sendBackoff, send.attempts, limits.sendBackoffMax))
  const notBefore = DateTime.addDuration(now, pause)
  if (Send.isPast(send, notBefore)) {
    const metaData = { provider: attempt.provider, failureReason: "expired", delay: null }
    return { update: { ...base, state: "canceled", detail: "expired" }, result: { send, status: "failed", metaData } }
  }
  const reason = outcome._tag === "Throttled" ? "provider_throttled" : "provider_unreachable"
  return {
    update: { ...base, state: "queued", notBefore, detail: outcome._tag },
    result: deferral(send, reason, notBefore, limits)
  }
}

/** What an outcome makes of a send and of its message. */
const settlement = (
  prepared: Prepared,
  outcome: SendOutcome.SendOutcome,
  now: DateTime.Utc,
  limits: LimitsShape
): Settlement => {
  const { attempt, send } = prepared
  const { provider } = attempt
  const base = { sendId: send.id, fence: attempt.id }
  switch (outcome._tag) {
    case "Accepted": {
      const { providerMessageId, status } = outcome
      return {
        update: { ...base, state: "accepted", providerMessageId },
        result: { send, status, metaData: { provider, providerMessageId } }
      }
    }
    case "Rejected": {
      const { code, reason } = outcome
      const providerErrorCode = code === null ? {} : { providerErrorCode: code }
      return {
        update: { ...base, state: "rejected", detail: code ?? reason },
        result: { send, status: "failed", metaData: { provider, failureReason: reason, ...providerErrorCode } }
      }
    }
    case "Unknown": {
      const notBefore = DateTime.addDuration(now, limits.lookEvery)
      return {
        update: { ...base, state: "unknown", notBefore, detail: outcome.detail },
        result: { send, status: "unknown", metaData: { provider } }
      }
    }
    case "Throttled":
    case "NotSent":
      return later(prepared, outcome, now, limits)
  }
}

/** Tried again while the store is away: the provider has answered, and only we know what. */
export const settleSend = Effect.fnUntraced(function* (
  prepared: Prepared,
  outcome: SendOutcome.SendOutcome
): Effect.fn.Return<void, StorageError, StoragePorts | Directory | TelephonyProviders.TelephonyProviders> {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { transact } = yield* Transaction
  const now = yield* DateTime.now
  const { result, update } = settlement(prepared, outcome, now, limits)
  yield* transact(
    Effect.gen(function* () {
      // The send before its attempt, as reports lock them.
      const updated = yield* outbox.update([update])
      if (outcome._tag === "Accepted") {
        const { providerMessageId, status } = outcome
        yield* outbox.noteReports([{ attemptId: prepared.attempt.id, providerMessageId, status }])
      }
      if (updated.length > 0) yield* recordOutcome([result])
      // Last, so that the lock that all processes share is held for as short as can be.
      yield* recordCircuitOutcome(prepared.attempt.provider, outcome)
    })
  ).pipe(Effect.retry({ schedule: Schedule.exponential(100), times: 5, while: (error) => error.isRetryable }))
  const { attempt, send } = prepared
  yield* noteSend(attempt.provider, send, outcome._tag, Segments.count(send.body).segments, now)
})
