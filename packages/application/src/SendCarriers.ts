/**
 * Which provider carries each text, and from which number: the active one while it is there, the fallback while the active
 * one's circuit is open, and then from a number that the fallback owns.
 */
import { Circuit, type PhoneNumber, Route, type Send, type SendOutcome } from "@careline/domain"
import { Circuits, PoolNumbers, TelephonyProviders } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { Limits } from "./Limits.ts"

export type Carriage =
  | { readonly _tag: "Carried"; readonly provider: string; readonly from: PhoneNumber.E164 }
  /** The provider owns no number of the tenant. */
  | { readonly _tag: "NoNumber"; readonly provider: string; readonly until: DateTime.Utc }

/** The provider of each text, in order; without a fallback there is nothing to choose. */
const choose = Effect.fnUntraced(function* (count: number, now: DateTime.Utc) {
  const { active, fallback } = yield* TelephonyProviders.TelephonyProviders
  const everything = (provider: string) => Array.from({ length: count }, () => provider)
  if (fallback === null) return { providers: everything(active.provider), openUntil: null }
  const { circuit: settings } = yield* Limits
  const circuits = yield* Circuits
  const known = yield* circuits.lock(active.provider)
  const { admits, circuit } = Circuit.admit(known, now, settings)
  if (circuit !== known) yield* circuits.save(circuit)
  const providers = everything(admits === "all" ? active.provider : fallback.provider)
  // One text tries whether the active provider is back.
  if (admits === "probe") providers[0] = active.provider
  return { providers, openUntil: circuit.openUntil }
})

/** The carriages, in the order of the sends. In the ambient transaction. */
export const carry = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  if (sends.length === 0) return []
  const { holdFor } = yield* Limits
  const { active } = yield* TelephonyProviders.TelephonyProviders
  const { openUntil, providers } = yield* choose(sends.length, now)
  const pool = yield* PoolNumbers
  const own = yield* pool.byNumbers(sends.map(({ from }) => from))
  const tenants = [...new Set(sends.map(({ siteGroupingId }) => siteGroupingId))]
  const theirs = yield* Effect.forEach(new Set(providers), (provider) => pool.carriedBy(tenants, provider))
  const numbers = [...own, ...theirs.flat()]
  // While it is open, the fallback has no number until somebody adds one, or the active one is back.
  const held = DateTime.addDuration(now, holdFor)
  const until = openUntil !== null && DateTime.isGreaterThan(openUntil, now) ? openUntil : held

  return sends.map((send, index): Carriage => {
    const provider = providers[index]!
    const route = Route.decide({
      tenant: send.siteGroupingId,
      provider,
      isActive: provider === active.provider,
      own: { id: send.fromNumberId, number: send.from },
      numbers
    })
    return route._tag === "From"
      ? { _tag: "Carried", provider, from: route.number }
      : { _tag: "NoNumber", provider, until }
  })
})

/** Whether an outcome shows that the provider is there and serves us. */
const isServed = (outcome: SendOutcome.SendOutcome): boolean => {
  if (outcome._tag === "Rejected") return outcome.reason !== "unauthorised" && outcome.reason !== "account_suspended"
  return outcome._tag === "Accepted"
}

/** Tells the circuit of a provider what came of a text. In the ambient transaction. */
export const hear = Effect.fnUntraced(function* (provider: string, outcome: SendOutcome.SendOutcome) {
  const { active, fallback } = yield* TelephonyProviders.TelephonyProviders
  if (fallback === null || provider !== active.provider) return
  const { circuit: settings } = yield* Limits
  const circuits = yield* Circuits
  const known = yield* circuits.lock(provider)
  const heard = Circuit.heard(known, isServed(outcome), yield* DateTime.now, settings)
  if (heard.failures === 0 && known.failures === 0 && known.openUntil === null) return
  yield* circuits.save(heard)
  if (known.openUntil === null && heard.openUntil !== null) {
    yield* Effect.logWarning("A provider fails: texts go through the fallback").pipe(Effect.annotateLogs({ provider }))
  } else if (known.openUntil !== null && heard.openUntil === null) {
    yield* Effect.logInfo("A provider is back").pipe(Effect.annotateLogs({ provider }))
  }
})
