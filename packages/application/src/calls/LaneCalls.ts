/** Loads the calls among the events of the lanes. A line without calls has none. */
import type { Call } from "@careline/domain"
import { Calls, identityOf, type LaneEvent, Optional } from "@careline/ports"
import { Effect } from "effect"

interface LaneCalls {
  /** The call that an arrival tells of. */
  readonly of: (arrival: LaneEvent) => Call.Call | undefined
  /** Keeps calls as the lanes left them. */
  readonly save: Calls["Service"]["save"]
}

const none: LaneCalls = { of: () => undefined, save: () => Effect.void }

/** The calls of the arrivals, locked. */
export const loadCalls = Effect.fnUntraced(function* (waiting: ReadonlyArray<LaneEvent>) {
  const arrivals = waiting.filter(({ event }) => event._tag === "CallReceived")
  const calls = yield* Optional.of(Calls)
  if (arrivals.length === 0 || calls === undefined) return none
  const found = yield* calls.match(
    arrivals.map(({ event, provider }) => ({ provider, providerCallId: identityOf(event).id, callId: null }))
  )
  const callOf = new Map(arrivals.map(({ id }, index) => [id, found[index] ?? undefined]))
  return { of: ({ id }: LaneEvent) => callOf.get(id), save: calls.save } satisfies LaneCalls
})
