/**
 * Applies what providers report of our texts. Reports may come late, doubled, in any order, and before the answer to the
 * send itself: the lattice makes the order immaterial, the attempt id finds the send.
 */
import type { DeliveryStatus } from "@careline/domain"
import { Inbox, type MatchedSend, Outbox, type SendUpdate, type Settlement, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { backoff, Limits } from "./Limits.ts"
import { recordOutcome, type SendResult } from "./RecordOutcome.ts"

/** What a report tells about a send whose own answer was lost or is still out. */
const settledBy = (
  matched: MatchedSend,
  status: DeliveryStatus.DeliveryStatus,
  providerMessageId: string
): SendUpdate | null => {
  const open =
    matched.send.attemptId === matched.attemptId &&
    ["sending", "unknown", "undecided", "abandoned"].includes(matched.send.state)
  return open
    ? {
        sendId: matched.send.id,
        fence: matched.attemptId,
        state: status === "failed" ? "rejected" : "accepted",
        providerMessageId
      }
    : null
}

/** Applies what waits, once. Returns the number of reports it dealt with; 0 when none waited. */
export const applyReports = Effect.fn("applyReports")(function* () {
  const limits = yield* Limits
  const inbox = yield* Inbox
  const outbox = yield* Outbox
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const { now, reports } = yield* inbox.claimReports(limits.reportsPerBatch)
      if (reports.length === 0) return 0
      const matches = yield* outbox.match(
        reports.map(({ event, provider }) => ({
          provider,
          providerMessageId: event.providerMessageId,
          attemptId: event.attemptId
        }))
      )
      const settlements: Array<Settlement> = []
      const updates = new Map<string, SendUpdate>()
      const results: Array<SendResult> = []
      const notes: Array<{
        readonly attemptId: MatchedSend["attemptId"]
        readonly providerMessageId: string
        readonly status: DeliveryStatus.DeliveryStatus
      }> = []
      reports.forEach(({ event, failures, id, provider }, index) => {
        const matched = matches[index]
        if (matched === null || matched === undefined) {
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
        const update = settledBy(matched, status, providerMessageId)
        if (update !== null) updates.set(update.sendId, update)
        results.push({
          send: matched.send,
          status,
          metaData: {
            provider,
            providerMessageId,
            ...(event.failureReason === null ? {} : { failureReason: event.failureReason }),
            ...(event.errorCode === null ? {} : { providerErrorCode: event.errorCode })
          }
        })
      })
      yield* outbox.noteReports(notes)
      yield* outbox.update([...updates.values()])
      yield* recordOutcome(results)
      yield* inbox.settle(settlements)
      return reports.length
    })
  )
})
