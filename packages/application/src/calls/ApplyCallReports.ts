/**
 * Applies what providers report of calls: facts that are joined, in whatever order and however often they come. One that
 * fits no call waits: the call may be known only by the next sweep.
 */
import { Call, type CallId, type CallReport } from "@careline/domain"
import { Calls, IdGenerator, Inbox, MediaImports, type Settlement } from "@careline/ports"
import { type Cause, DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { type HeardCall, putDown } from "./CallMessages.ts"
import { describeFault } from "../shared/Fault.ts"
import { backoff, Limits } from "../shared/Limits.ts"
import { isolateFailures } from "../shared/IsolateFailures.ts"
import { recordingImports } from "./RecordingImports.ts"

/** The call after a report that may be its first from a provider whose answer to the placing was lost. */
const applyReport = (call: Call.Call, providerCallId: string, report: CallReport, now: DateTime.Utc): Call.Call =>
  Call.applyReport(call.providerCallId === null ? { ...call, providerCallId } : call, report, now)

type Claimed = Effect.Success<ReturnType<Inbox["Service"]["claimCallReports"]>>["reports"]

/** Up to `limit` reports in one transaction. Tells `claimed` which, for when it fails. */
const applyBatch = Effect.fnUntraced(function* (limit: number, claimed: Array<Claimed[number]>) {
  const limits = yield* Limits
  const inbox = yield* Inbox
  const { now, reports } = yield* inbox.claimCallReports(limit)
  if (reports.length === 0) return 0
  claimed.push(...reports)
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
    const known = heard.get(call.id) ?? { before: call, after: call }
    heard.set(call.id, { ...known, after: applyReport(known.after, event.providerCallId, event.report, now) })
    return { _tag: "Done", id }
  })
  const known = yield* putDown([...heard.values()], now)
  const imports = known.flatMap(recordingImports)
  if (imports.length > 0) {
    const ids = yield* (yield* IdGenerator).next("mediaImport", imports.length)
    yield* (yield* MediaImports).add(
      imports.map((one, index) => one(ids[index]!)),
      now
    )
  }
  yield* inbox.settle(settlements)
  return reports.length
})

const noteFailed = (cause: Cause.Cause<unknown>, details: object) =>
  Effect.logError("A report of a call could not be applied", describeFault(cause)).pipe(
    Effect.annotateLogs({ ...details }),
    Effect.as("it could not be applied")
  )

/** Applies what waits, once. Returns the number of reports it dealt with; 0 when none waited. One that fails delays no other. */
export const applyCallReports = Effect.fn("applyCallReports")(function* () {
  const { callReportsPerBatch } = yield* Limits
  return yield* isolateFailures({
    apply: (size, claimed: Array<Claimed[number]>) => applyBatch(size === "whole" ? callReportsPerBatch : 1, claimed),
    note: noteFailed
  })
}, asSystem)
