/**
 * Hands queued texts to the provider: gate, note the attempt, commit; then one call; then what came of it, fenced by the
 * attempt. A crash at any point leaves a row that says how far it came, and no text is handed over twice.
 */
import { type AttemptId, Consent, type Contact, type Send, type SendOutcome, SendPolicy } from "@careline/domain"
import {
  type Attempt,
  Consents,
  Directory,
  IdGenerator,
  Outbox,
  type SendUpdate,
  Settings,
  type TelephonyError,
  TelephonyProviders,
  Transaction
} from "@careline/ports"
import { DateTime, Effect, Schedule } from "effect"
import { describeFault } from "./Fault.ts"
import { backoff, Limits, type LimitsShape } from "./Limits.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"

const DAY_MILLIS = 24 * 60 * 60 * 1000

interface Prepared {
  readonly send: Send.Send
  readonly attempt: Attempt
}

/** What the gate says of each send right before it leaves: an opt-out may have come since it was queued. */
const judge = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  const keys = sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, contact: to as string as Contact.Contact }))
  const settings = yield* (yield* Settings).effective(sends.map((send) => send.siteGroupingId))
  const consents = yield* (yield* Consents).load(keys)
  const cards = yield* (yield* Directory).contacts(keys)
  const counts = yield* (yield* Outbox).countSince(
    sends.map(({ siteGroupingId, to }) => ({ siteGroupingId, to })),
    DateTime.subtractDuration(now, DAY_MILLIS)
  )
  const matches =
    (send: Send.Send) => (fact: { readonly siteGroupingId: Send.Send["siteGroupingId"]; readonly contact: string }) =>
      fact.siteGroupingId === send.siteGroupingId && fact.contact === send.to
  return sends.map((send, index) =>
    SendPolicy.decide({
      recipient: send.to as string as Contact.Contact,
      messageClass: send.messageClass,
      settings: settings[index]!,
      consent: consents.find(matches(send)) ?? Consent.unrecorded(send.siteGroupingId, keys[index]!.contact),
      recipientZone: cards.find(matches(send))?.timeZone ?? null,
      sentInLastDay: Math.max(0, (counts[index] ?? 0) - 1),
      now
    })
  )
})

/** Transaction A: what may leave is `sending` and has its attempt; what may not is held or withdrawn. */
const prepare = Effect.fnUntraced(function* () {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { active } = yield* TelephonyProviders.TelephonyProviders
  const { now, sends } = yield* outbox.claim(limits.sendsPerBatch)
  if (sends.length === 0) return { claimed: 0, prepared: [] as ReadonlyArray<Prepared> }

  const decisions = yield* judge(sends, now)
  const attemptIds = yield* (yield* IdGenerator).next("attempt", sends.length)
  const prepared: Array<Prepared> = []
  const held: Array<SendUpdate> = []
  const results: Array<SendResult> = []
  sends.forEach((send, index) => {
    const decision = decisions[index]!
    if (decision._tag === "SendNow") {
      const attempt: Attempt = {
        id: attemptIds[index] as AttemptId,
        sendId: send.id,
        provider: active.provider,
        from: send.from,
        startedAt: now,
        deadline: DateTime.addDuration(now, limits.attemptDeadline)
      }
      prepared.push({ send, attempt })
      results.push({ send, status: "sending", metaData: {} })
    } else if (decision._tag === "Hold") {
      held.push({ sendId: send.id, fence: send.attemptId, state: "queued", notBefore: decision.until })
    } else {
      held.push({ sendId: send.id, fence: send.attemptId, state: "canceled", detail: decision.reason })
      results.push({ send, status: "failed", metaData: { failureReason: decision.reason } })
    }
  })
  yield* outbox.begin(prepared.map(({ attempt }) => attempt))
  yield* outbox.update(held)
  yield* recordOutcome(results)
  return { claimed: sends.length, prepared }
})

/** The one call. Whatever happens is an outcome. */
const call = Effect.fnUntraced(function* ({ attempt, send }: Prepared) {
  const limits = yield* Limits
  const { active } = yield* TelephonyProviders.TelephonyProviders
  return yield* active.messages
    .send({ attemptId: attempt.id, from: send.from, to: send.to, body: send.body, mediaUrls: send.mediaUrls })
    .pipe(
      Effect.timeoutOrElse({
        duration: limits.sendTimeout,
        orElse: () => Effect.succeed<SendOutcome.SendOutcome>({ _tag: "Unknown", detail: "no answer in time" })
      }),
      Effect.catch((error: TelephonyError.TelephonyError) =>
        Effect.succeed<SendOutcome.SendOutcome>(
          error.reason._tag === "Unsupported"
            ? { _tag: "Rejected", reason: "other", code: "unsupported" }
            : { _tag: "Unknown", detail: error.message }
        )
      ),
      Effect.catchDefect(() =>
        Effect.succeed<SendOutcome.SendOutcome>({ _tag: "Unknown", detail: "defect in the adapter" })
      )
    )
})

/** What an outcome makes of a send and of its message. */
const settlement = (
  { attempt, send }: Prepared,
  outcome: SendOutcome.SendOutcome,
  now: DateTime.Utc,
  limits: LimitsShape
): { readonly update: SendUpdate; readonly result: SendResult | null } => {
  const base = { sendId: send.id, fence: attempt.id }
  const failed = (failureReason: string, code: string | null): SendResult => ({
    send,
    status: "failed",
    metaData: { provider: attempt.provider, failureReason, ...(code === null ? {} : { providerErrorCode: code }) }
  })
  switch (outcome._tag) {
    case "Accepted":
      return {
        update: { ...base, state: "accepted", providerMessageId: outcome.providerMessageId },
        result: {
          send,
          status: outcome.status,
          metaData: { provider: attempt.provider, providerMessageId: outcome.providerMessageId }
        }
      }
    case "Rejected":
      return {
        update: { ...base, state: "rejected", detail: outcome.code ?? outcome.reason },
        result: failed(outcome.reason, outcome.code)
      }
    case "Unknown":
      return {
        update: {
          ...base,
          state: "unknown",
          notBefore: DateTime.addDuration(now, limits.lookEvery),
          detail: outcome.detail
        },
        result: { send, status: "unknown", metaData: { provider: attempt.provider } }
      }
    case "Throttled":
    case "NotSent": {
      if (send.attempts + 1 >= limits.sendAttempts) {
        return {
          update: { ...base, state: "rejected", detail: "given up" },
          result: failed("provider_unreachable", null)
        }
      }
      const asked = outcome._tag === "Throttled" ? (outcome.retryAfterMillis ?? 0) : 0
      const pause = Math.max(asked, backoff(limits.sendBackoff, send.attempts, limits.sendBackoffMax))
      return {
        update: { ...base, state: "queued", notBefore: DateTime.addDuration(now, pause), detail: outcome._tag },
        result: null
      }
    }
  }
}

/** Transaction B, tried again while the store is away: the provider has answered, and only we know what. */
const settle = Effect.fnUntraced(function* (prepared: Prepared, outcome: SendOutcome.SendOutcome) {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { transact } = yield* Transaction
  const now = yield* DateTime.now
  const { result, update } = settlement(prepared, outcome, now, limits)
  yield* transact(
    Effect.gen(function* () {
      if (outcome._tag === "Accepted") {
        const { providerMessageId, status } = outcome
        yield* outbox.noteReports([{ attemptId: prepared.attempt.id, providerMessageId, status }])
      }
      const updated = yield* outbox.update([update])
      if (result !== null && updated.length > 0) yield* recordOutcome([result])
    })
  ).pipe(Effect.retry({ schedule: Schedule.exponential(100), times: 5, while: (error) => error.isRetryable }))
})

/**
 * Hands over what may leave now, once. Returns the number of sends it dealt with; 0 when none waited. A shut-down waits
 * for the calls that are under way: a text that was handed over must be known to have been.
 */
export const dispatchSends = Effect.fn("dispatchSends")(function* () {
  const limits = yield* Limits
  const { transact } = yield* Transaction
  return yield* Effect.uninterruptible(
    Effect.gen(function* () {
      const { claimed, prepared } = yield* transact(prepare())
      yield* Effect.forEach(
        prepared,
        (one) =>
          Effect.flatMap(call(one), (outcome) => settle(one, outcome)).pipe(
            Effect.catchCause((cause) =>
              Effect.logError(
                "The outcome of an attempt could not be stored; the reconciler will find out",
                describeFault(cause)
              ).pipe(Effect.annotateLogs({ attempt: one.attempt.id }))
            )
          ),
        { concurrency: limits.sendsPerBatch, discard: true }
      )
      return claimed
    })
  )
})
