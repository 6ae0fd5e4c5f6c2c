/**
 * Asks providers for what they received and never told us of, and files it as if it had just come. What did come is known
 * already, and told apart as a webhook that comes twice is. What came before a number was ours to answer is left alone.
 */
import {
  identityOf,
  Inbox,
  isArrival,
  perDestination,
  TenantNumbers,
  type Telephony,
  TelephonyProviders
} from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { fileCall } from "../calls/Voice.ts"

/** What is to be filed: of our numbers, and from the time on that they have been ours. */
const ours = Effect.fnUntraced(function* (told: ReadonlyArray<Telephony.HistoryRecord>) {
  const records = told.flatMap(({ at, event }) => perDestination(event).map((one) => ({ at, event: one })))
  const arrivals = records.flatMap(({ event }) => (isArrival(event) ? [event.to] : []))
  const numbers = yield* (yield* TenantNumbers).byNumbers([...new Set(arrivals)])
  const since = new Map<string, DateTime.Utc>(numbers.map(({ createdAt, number }) => [number, createdAt]))
  const isOurs = ({ at, event }: Telephony.HistoryRecord): boolean => {
    const from = isArrival(event) ? since.get(event.to) : undefined
    return from !== undefined && DateTime.isGreaterThanOrEqualTo(at, from)
  }
  const arrived = records.filter(isOurs)
  const known = new Set(arrived.map(({ event }) => identityOf(event).id))
  // Of a call that is not filed, what is reported of it is of no use.
  const reports = records.filter(({ event }) => !isArrival(event) && known.has(identityOf(event).id))
  return [...arrived, ...reports]
})

const file = Effect.fnUntraced(function* (provider: string, account: string, { at, event }: Telephony.HistoryRecord) {
  if (event._tag === "CallReceived") return yield* fileCall({ provider, account }, event)
  const [acceptance] = yield* (yield* Inbox).accept([{ provider, account, event, receivedAt: at }])
  return acceptance !== "duplicate"
})

const sweepOne = Effect.fnUntraced(function* (telephony: Telephony.TelephonyService) {
  const limits = yield* Limits
  const { provider } = telephony
  const now = yield* DateTime.now
  let filed = 0
  for (let back = limits.sweepBack; back > limits.sweepSettled; back -= limits.sweepSlice) {
    const { account, records } = yield* telephony.history.between(
      DateTime.subtractDuration(now, back),
      DateTime.subtractDuration(now, Math.max(back - limits.sweepSlice, limits.sweepSettled))
    )
    for (const record of yield* ours(records)) {
      if (yield* file(provider, account, record)) filed++
    }
  }
  if (filed > 0) {
    yield* Effect.logWarning("A provider had what never reached us").pipe(Effect.annotateLogs({ provider, filed }))
  }
  return filed
})

const keepsHistory = ({ capabilities: { history } }: Telephony.TelephonyService): boolean =>
  history.messages || history.calls || history.recordings

/** Sweeps all providers once. Returns the number of events that were filed. */
export const sweepHistory = Effect.fn("sweepHistory")(function* () {
  const { all } = yield* TelephonyProviders.TelephonyProviders
  const filed = yield* Effect.forEach(all.filter(keepsHistory), (telephony) =>
    sweepOne(telephony).pipe(
      Effect.catchCause((cause) =>
        Effect.as(
          Effect.logWarning("A provider could not be swept", describeFault(cause)).pipe(
            Effect.annotateLogs({ provider: telephony.provider })
          ),
          0
        )
      )
    )
  )
  return filed.reduce((sum, one) => sum + one, 0)
}, asSystem)
