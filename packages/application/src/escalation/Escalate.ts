/** Fires the timers that are due: texts to staff, and a note in the thread. */
import { type Change, EscalationDue, type MessageId, type SendId } from "@careline/domain"
import { IdGenerator, Settings, Threads, Timers, Transaction } from "@careline/ports"
import { Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { commit } from "../shared/Commit.ts"
import { DeepLinks } from "../shared/DeepLinks.ts"
import { Limits } from "../shared/Limits.ts"
import { countAlarms } from "../shared/Metrics.ts"
import { senderFor } from "../threads/LoadThread.ts"
import { onCallNames } from "./OnCallNames.ts"

/** Fires what is due, once. Returns the number of timers it dealt with; 0 when none was due. */
export const escalate = Effect.fn("escalate")(function* () {
  const limits = yield* Limits
  const links = yield* DeepLinks
  const { transact } = yield* Transaction
  const { dealt, fired } = yield* transact(
    Effect.gen(function* () {
      const { now, timers } = yield* (yield* Timers).claimDue(limits.timersPerBatch)
      if (timers.length === 0) return { dealt: 0, fired: 0 }
      const threads = yield* (yield* Threads).loadByIds(timers)
      const settings = yield* (yield* Settings).effective(timers.map((timer) => timer.siteGroupingId))
      const ids = yield* IdGenerator
      const nameOf = yield* onCallNames(
        timers.flatMap(({ siteGroupingId }, index) =>
          settings[index]!.escalationPhoneNumbers.map((to) => ({ siteGroupingId, to }))
        )
      )
      const changes: Array<Change> = []
      for (const [index, timer] of timers.entries()) {
        const { period, siteGroupingId, threadId } = timer
        const thread = threads.find((one) => one.id === threadId && one.siteGroupingId === siteGroupingId)
        const decided =
          thread === undefined
            ? []
            : EscalationDue.decide(
                {
                  thread,
                  period,
                  settings: settings[index]!,
                  // Whoever is on call is told, from whichever number is in service.
                  from: yield* senderFor(thread, true).pipe(
                    Effect.map(({ number }) => number),
                    Effect.catchTag(["NoSenderNumber", "NumberSuspended"], () => Effect.succeed(null))
                  ),
                  link: links.thread(threadId),
                  nameOf: (to) => nameOf({ siteGroupingId, to })
                },
                {
                  messageId: (yield* ids.next("message", 1))[0] as MessageId,
                  sendIds: (yield* ids.next(
                    "send",
                    settings[index]!.escalationPhoneNumbers.length
                  )) as ReadonlyArray<SendId>
                },
                now
              )
        // A timer whose cause is gone is put away, or every sweep would find it again.
        changes.push(
          ...(decided.length > 0 ? decided : [{ _tag: "TimerStopped" as const, siteGroupingId, threadId, period }])
        )
      }
      yield* commit(changes)
      return { dealt: timers.length, fired: changes.filter(({ _tag }) => _tag === "MessageAdded").length }
    })
  )
  yield* countAlarms(fired)
  return dealt
}, asSystem)
