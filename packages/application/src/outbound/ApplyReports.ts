/**
 * Applies what providers report of our texts. Reports may come late, doubled, in any order, and before the answer to the
 * send itself: the lattice makes the order immaterial, the attempt id finds the send.
 */
import { type AttemptId, DeliveryStatus, Send, type SendId, SendOutcome } from "@careline/domain"
import {
  type Directory,
  Inbox,
  type MatchedSend,
  Outbox,
  type Settlement,
  type StorageError,
  type StoragePorts,
  type TelephonyProviders
} from "@careline/ports"
import { type Cause, DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { describeFault } from "../shared/Fault.ts"
import { isolateFailures } from "../shared/IsolateFailures.ts"
import { backoff, Limits, type LimitsShape } from "../shared/Limits.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"
import { recordCircuitOutcome } from "./SendRoutes.ts"
import { isOfUnroutedMessage } from "../access/UnroutedMessages.ts"

type Claimed = Effect.Success<ReturnType<Inbox["Service"]["claimReports"]>>["reports"]

/** Whether a report of an attempt that began then tells how its provider is now. */
const isRecent = (startedAt: DateTime.Utc, now: DateTime.Utc, { circuitHearsReportsFor }: LimitsShape): boolean =>
  now.epochMilliseconds - startedAt.epochMilliseconds <= circuitHearsReportsFor

/** Up to `limit` reports in one transaction. Tells `claimed` which, for when it fails. */
const applyBatch = Effect.fnUntraced(function* (limit: number, claimed: Array<Claimed[number]>) {
  const limits = yield* Limits
  const inbox = yield* Inbox
  const outbox = yield* Outbox
  const { now, reports } = yield* inbox.claimReports(limit)
  if (reports.length === 0) return 0
  claimed.push(...reports)
  const matches = yield* outbox.match(
    reports.map(({ event, provider }) => ({
      provider,
      providerMessageId: event.providerMessageId,
      attemptId: event.attemptId
    }))
  )
  const settlements: Array<Settlement> = []
  // Several reports of one text are heard one after the other.
  const settled = new Map<SendId, Send.Send>()
  const heard = new Map<AttemptId, DeliveryStatus.DeliveryStatus>()
  const results: Array<SendResult> = []
  const notes: Array<{
    readonly attemptId: MatchedSend["attemptId"]
    readonly providerMessageId: string
    readonly status: DeliveryStatus.DeliveryStatus
  }> = []
  reports.forEach(({ event, failures, id, provider }, index) => {
    const matched = matches[index]
    if (matched === null || matched === undefined) {
      if (isOfUnroutedMessage(event.attemptId)) settlements.push({ _tag: "Done", id })
      else
        settlements.push(
          failures + 1 >= limits.reportAttempts
            ? { _tag: "Parked", id, reason: "no text of ours" }
            : {
                _tag: "Postponed",
                id,
                until: DateTime.addDuration(now, backoff(limits.eventBackoff, failures)),
                reason: "no text of ours yet"
              }
        )
      return
    }
    const { providerMessageId, status } = event
    settlements.push({ _tag: "Done", id })
    notes.push({ attemptId: matched.attemptId, providerMessageId, status })
    const send = settled.get(matched.send.id) ?? matched.send
    const best = DeliveryStatus.apply(heard.get(matched.attemptId) ?? matched.status ?? status, status)
    heard.set(matched.attemptId, best)
    const { isOfText, state } = Send.applyReport(send, matched.attemptId, best)
    if (state !== null) settled.set(send.id, { ...send, state })
    if (!isOfText) return
    results.push({
      send,
      status,
      metaData: {
        provider,
        providerMessageId,
        ...(send.state === "undecided" ? { needsDecision: false } : {}),
        ...(send.state === "queued" ? { delay: null } : {}),
        ...(event.failureReason === null ? {} : { failureReason: event.failureReason }),
        ...(event.errorCode === null ? {} : { providerErrorCode: event.errorCode })
      }
    })
  })
  yield* outbox.noteReports(notes)
  // The sends are locked, so their current attempts hold, whichever attempts the reports are of.
  yield* outbox.update(
    [...settled.values()].map(({ attemptId, id, state }) => ({ sendId: id, fence: attemptId, state }))
  )
  yield* recordOutcome(results)
  // Last, as a send does it: some providers take a text and refuse it afterwards, for what is of the whole account.
  for (const [index, { event, provider }] of reports.entries()) {
    const { errorCode: code, failureReason: reason } = event
    const startedAt = matches[index]?.startedAt
    if (startedAt === undefined || !isRecent(startedAt, now, limits)) continue
    if (reason !== null && SendOutcome.isAccountWide(reason)) {
      yield* recordCircuitOutcome(provider, { _tag: "Rejected", reason, code })
    }
  }
  yield* inbox.settle(settlements)
  return reports.length
})

const noteFailed = (cause: Cause.Cause<unknown>, details: object) =>
  Effect.logError("A report of a text could not be applied", describeFault(cause)).pipe(
    Effect.annotateLogs({ ...details }),
    Effect.as("it could not be applied")
  )

/** Applies what waits, once. Returns the number of reports it dealt with; 0 when none waited. One that fails delays no other. */
export const applyReports = Effect.fn("applyReports")(function* (): Effect.fn.Return<
  number,
  StorageError,
  StoragePorts | Directory | TelephonyProviders.TelephonyProviders
> {
  const { reportsPerBatch } = yield* Limits
  return yield* isolateFailures({
    apply: (size, claimed: Array<Claimed[number]>) => applyBatch(size === "whole" ? reportsPerBatch : 1, claimed),
    note: noteFailed
  })
}, asSystem)
