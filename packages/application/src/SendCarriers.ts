/**
 * Which provider carries each text, and from which number: the active one while it is there, the fallback while the active
 * one's circuit is open, and then from a number that the fallback owns.
 */
import { Circuit, type PhoneNumber, type PoolNumber, Route, type Send, type SendOutcome } from "@careline/domain"
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
  const seen = yield* circuits.load(active.provider)
  // All hosts would wait for each other here: it is taken only by who may have to note a probe.
  const known = Circuit.admit(seen, now, settings).admits === "probe" ? yield* circuits.lock(active.provider) : seen
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
  const routesAmong = (numbers: ReadonlyArray<PoolNumber.PoolNumber>) =>
    sends.map(({ from, siteGroupingId: tenant }, index) => {
      const provider = providers[index]!
      return Route.decide({ tenant, provider, isActive: provider === active.provider, own: from, numbers })
    })
  // As a rule the provider carries the number that the contact knows, and no other has to be looked for.
  const own = yield* pool.byNumbers(sends.map(({ from }) => from))
  const missing = routesAmong(own).flatMap(({ _tag }, index) => (_tag === "NoNumber" ? [index] : []))
  const tenants = [...new Set(missing.map((index) => sends[index]!.siteGroupingId))]
  const theirs = yield* Effect.forEach(new Set(missing.map((index) => providers[index]!)), (provider) =>
    pool.carriedBy(tenants, provider)
  )
  // Until the active one may be back, or somebody adds a number.
  const held = DateTime.addDuration(now, holdFor)
  const until = openUntil !== null && DateTime.isGreaterThan(openUntil, now) ? openUntil : held

  return routesAmong([...own, ...theirs.flat()]).map((route, index): Carriage => {
    const provider = providers[index]!
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
  const isGood = isServed(outcome)
  const seen = yield* circuits.load(provider)
  // As a rule all is well, and no host waits for another.
  if (isGood && seen.failures === 0 && seen.openUntil === null) return
  const known = yield* circuits.lock(provider)
  const heard = Circuit.heard(known, isGood, yield* DateTime.now, settings)
  yield* circuits.save(heard)
  if (known.openUntil === null && heard.openUntil !== null) {
    yield* Effect.logWarning("A provider fails: texts go through the fallback").pipe(Effect.annotateLogs({ provider }))
  } else if (known.openUntil !== null && heard.openUntil === null) {
    yield* Effect.logInfo("A provider is back").pipe(Effect.annotateLogs({ provider }))
  }
})
