/**
 * Finds out about texts whose outcome is unknown: handed over and never answered, or left behind by a worker that died.
 * A callback usually tells; else the provider is asked; else the purpose decides: a reply waits for a person, an automatic
 * answer is let go, an alarm is sent again.
 */
import { Send } from "@careline/domain"
import {
  Outbox,
  type SendUpdate,
  type Telephony,
  TelephonyProviders,
  Transaction,
  type UnknownSend
} from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { Limits, type LimitsShape } from "../shared/Limits.ts"
import { becomesOverdue } from "../escalation/OverdueAlarm.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"

/** Takes what is due for a look, and keeps others from looking at the same time. */
const claimDue = Effect.fnUntraced(function* () {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { now, unknown } = yield* outbox.claimUnknown(limits.sendsPerBatch)
  const nextLookAt = DateTime.addDuration(now, limits.lookEvery)
  const lost = unknown.filter(({ send }) => send.state === "sending")
  yield* outbox.update(
    lost.map(({ attempt, send }) => ({
      sendId: send.id,
      fence: attempt.id,
      state: "unknown" as const,
      notBefore: nextLookAt,
      detail: "the worker was lost"
    }))
  )
  yield* recordOutcome(lost.map(({ send }) => ({ send, status: "unknown", metaData: {} })))
  yield* outbox.noteLooks(unknown.map(({ attempt }) => ({ attemptId: attempt.id, nextLookAt })))
  return unknown
})

const look = Effect.fnUntraced(function* (one: UnknownSend) {
  const limits = yield* Limits
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(one.attempt.provider)
  const cannotTell = (detail: string): Telephony.FindResult => ({ _tag: "CannotTell", detail })
  if (telephony === undefined) return cannotTell("the provider is not configured any more")
  const { body, mediaUrls, to } = one.send
  return yield* telephony.messages
    .find({
      attemptId: one.attempt.id,
      from: one.attempt.from,
      to,
      body,
      mediaUrls,
      startedAt: one.attempt.startedAt,
      claimedProviderMessageIds: one.claimedProviderMessageIds
    })
    .pipe(
      Effect.timeoutOrElse({
        duration: limits.sendTimeout,
        orElse: () => Effect.succeed(cannotTell("no answer in time"))
      }),
      Effect.catch((error) => Effect.succeed(cannotTell(error.message)))
    )
})

/** What a look makes of the send, or `null` to look again later. */
const conclude = (
  one: UnknownSend,
  found: Telephony.FindResult,
  now: DateTime.Utc,
  limits: LimitsShape
): { readonly update: SendUpdate; readonly result: SendResult | null } | null => {
  const { attempt, send } = one
  const base = { sendId: send.id, fence: attempt.id }
  if (found._tag === "Found") {
    const { providerMessageId, status } = found
    return {
      update: { ...base, state: status === "failed" ? "rejected" : "accepted", providerMessageId },
      result: { send, status, metaData: { provider: attempt.provider, providerMessageId } }
    }
  }
  const looks = one.looks + 1
  const lost = looks >= (found._tag === "Absent" ? limits.looksUntilLost : limits.looksUntilUndecided)
  if (!lost) return null
  const fate = Send.whenLost(send.purpose)
  const notReached: SendResult = { send, status: "failed", metaData: {} }
  switch (fate) {
    case "resend":
      if (send.attempts >= limits.alarmAttempts) {
        return { update: { ...base, state: "abandoned", detail: "lost, and sent often enough" }, result: notReached }
      }
      return {
        update: { ...base, state: "queued", notBefore: now, detail: "lost, sent again" },
        result: becomesOverdue(send, now, limits) ? notReached : null
      }
    case "abandoned":
      return { update: { ...base, state: "abandoned", detail: "lost" }, result: null }
    case "undecided":
      return {
        update: { ...base, state: "undecided", detail: "lost" },
        result: { send, status: "unknown", metaData: { needsDecision: true } }
      }
  }
}

/** Looks after what is due, once. Returns the number of sends looked after; 0 when none was due. */
export const reconcileSends = Effect.fn("reconcileSends")(function* () {
  const limits = yield* Limits
  const outbox = yield* Outbox
  const { transact } = yield* Transaction
  const due = yield* transact(claimDue())
  yield* Effect.forEach(
    due,
    Effect.fnUntraced(function* (one) {
      const found = yield* look(one)
      const conclusion = conclude(one, found, yield* DateTime.now, limits)
      if (conclusion === null) return
      yield* transact(
        Effect.gen(function* () {
          // The send before its attempt, as reports lock them.
          const updated = yield* outbox.update([conclusion.update])
          if (found._tag === "Found") {
            const { providerMessageId, status } = found
            yield* outbox.noteReports([{ attemptId: one.attempt.id, providerMessageId, status }])
          }
          if (updated.length > 0 && conclusion.result !== null) yield* recordOutcome([conclusion.result])
        })
      )
    }),
    { concurrency: limits.sendsPerBatch, discard: true }
  )
  return due.length
}, asSystem)
