/**
 * Applies what providers report of calls: facts that are joined, in whatever order and however often they come. One that
 * fits no call waits: the call may be known only by the next sweep.
 */
import { Call, type CallId, type CallReport } from "@careline/domain"
import { Calls, IdGenerator, Inbox, MediaImports, type Settlement, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { type HeardCall, putDown } from "./CallMessages.ts"
import { backoff, Limits } from "./Limits.ts"
import { recordingImports } from "./RecordingImports.ts"

/** The call after a report that may be its first from a provider whose answer to the placing was lost. */
const hear = (call: Call.Call, providerCallId: string, report: CallReport, now: DateTime.Utc): Call.Call =>
  Call.hear(call.providerCallId === null ? { ...call, providerCallId } : call, report, now)

/** Applies what waits, once. Returns the number of reports it dealt with; 0 when none waited. */
export const applyCallReports = Effect.fn("applyCallReports")(function* () {
  const limits = yield* Limits
  const inbox = yield* Inbox
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const { now, reports } = yield* inbox.claimCallReports(limits.callReportsPerBatch)
      if (reports.length === 0) return 0
      const matches = yield* (yield* Calls).match(
        reports.map(({ event, provider }) => ({
          provider,
          providerCallId: event.providerCallId,
          callId: event.callId
        }))
      )
      const heard = new Map<CallId, HeardCall>()
      const settlements = reports.map(({ event, failures, id }, index): Settlement => {
        const call = matches[index]
        if (call == null) {
          return failures + 1 >= limits.callReportAttempts
            ? { _tag: "Parked", id, reason: "no call of ours" }
            : {
                _tag: "Postponed",
                id,
                until: DateTime.addDuration(now, backoff(limits.eventBackoff, failures, limits.callReportBackoffMax)),
                reason: "no call of ours yet"
              }
        }
        const before = heard.get(call.id) ?? { before: call, after: call }
        heard.set(call.id, {
          before: before.before,
          after: hear(before.after, event.providerCallId, event.report, now)
        })
        return { _tag: "Done", id }
      })
      const imports = [...heard.values()].flatMap(recordingImports)
      if (imports.length > 0) {
        const ids = yield* (yield* IdGenerator).next("mediaImport", imports.length)
        yield* (yield* MediaImports).add(
          imports.map((one, index) => one(ids[index]!)),
          now
        )
      }
      yield* putDown([...heard.values()], now)
      yield* inbox.settle(settlements)
      return reports.length
    })
  )
})
