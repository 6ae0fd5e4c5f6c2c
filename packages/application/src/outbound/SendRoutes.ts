/**
 * Selects the provider and the number for each text: the active provider while its circuit is closed, otherwise the fallback,
 * from a number that the fallback owns.
 */
import { Circuit, type PhoneNumber, InventoryNumber, Route, type Send, SendOutcome } from "@careline/domain"
import { Circuits, TenantNumbers, TelephonyProviders } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { noteCircuit } from "../shared/Metrics.ts"
import { Limits } from "../shared/Limits.ts"
import { numbersToLeaveFrom } from "./SendNumbers.ts"

export type SelectedRoute =
  | { readonly _tag: "Carried"; readonly provider: string; readonly from: PhoneNumber.E164 }
  /** The provider owns no number of the tenant. */
  | { readonly _tag: "NoNumber"; readonly provider: string; readonly until: DateTime.Utc }
  /** The number that it was queued for is suspended, and no other one may stand in. */
  | { readonly _tag: "NumberSuspended" }

/** The routes, in the order of the sends. In the ambient transaction. */
export const selectRoutes = Effect.fnUntraced(function* (sends: ReadonlyArray<Send.Send>, now: DateTime.Utc) {
  if (sends.length === 0) return []
  const { holdFor } = yield* Limits
  const { active, fallback } = yield* TelephonyProviders.TelephonyProviders
  const pool = yield* TenantNumbers
  const chosenOf = yield* numbersToLeaveFrom(sends)
  const ownOf = new Map([...chosenOf].map(([send, number]) => [send, number === "suspended" ? null : number]))
  const own = [...new Set([...ownOf.values()].flatMap((number) => number ?? []))]
  const routeOf = (
    send: Send.Send,
    provider: string,
    numbers: ReadonlyArray<InventoryNumber.TenantNumber>
  ): Route.Route => {
    const known = ownOf.get(send)?.number
    if (known === undefined) return { _tag: "NoNumber" }
    return Route.decide({
      tenant: send.siteGroupingId,
      provider,
      isActive: provider === active.provider,
      own: known,
      numbers
    })
  }
  /** The numbers in service that a provider carries for the tenants of these texts; the active one those that name none, too. */
  const carriedBy = (some: ReadonlyArray<Send.Send>, provider: string) =>
    Effect.map(pool.list([...new Set(some.map((send) => send.siteGroupingId))]), (numbers) =>
      numbers.filter((number) => InventoryNumber.canText(number) && (number.provider ?? active.provider) === provider)
    )

  /** The provider of each text. */
  const choose = Effect.gen(function* () {
    if (fallback === null) return sends.map(() => active.provider)
    // A contact who knows a number of the fallback's is answered from it, come what may.
    const isTheirs = (send: Send.Send) => ownOf.get(send)?.provider === fallback.provider
    const { circuit: settings } = yield* Limits
    const circuits = yield* Circuits
    const { admits } = Circuit.admit(yield* circuits.load(active.provider), now, settings)
    const others = sends.filter((send) => !isTheirs(send))
    // All hosts would wait for each other here: the circuit is taken only by who can try whether the provider is back.
    const probe = admits === "probe" ? yield* findProbe(others, circuits, settings) : undefined
    return sends.map((send) =>
      !isTheirs(send) && (admits === "all" || send === probe) ? active.provider : fallback.provider
    )
  })

  /** The text that tries whether the active provider is back, if there is one that it can carry. */
  const findProbe = Effect.fnUntraced(function* (
    others: ReadonlyArray<Send.Send>,
    circuits: Circuits["Service"],
    settings: Circuit.CircuitSettings
  ) {
    const numbers = [...own, ...(yield* carriedBy(others, active.provider))]
    const candidate = others.find((send) => routeOf(send, active.provider, numbers)._tag === "From")
    if (candidate === undefined) return undefined
    const locked = yield* circuits.lock(active.provider)
    const { admits, circuit } = Circuit.admit(locked.circuit, locked.now, settings)
    if (admits !== "probe") return undefined
    yield* circuits.save(circuit)
    return candidate
  })

  const providers = yield* choose
  const chosen = sends.map((send, index) => ({ send, provider: providers[index]! }))
  // As a rule the provider carries the number that the contact knows, and no other has to be looked for.
  const missing = chosen.filter(({ provider, send }) => routeOf(send, provider, own)._tag === "NoNumber")
  const theirs = yield* Effect.forEach(new Set(missing.map(({ provider }) => provider)), (provider) =>
    carriedBy(
      missing.map(({ send }) => send),
      provider
    )
  )
  const numbers = [...own, ...theirs.flat()]
  return chosen.map(({ provider, send }): SelectedRoute => {
    if (chosenOf.get(send) === "suspended") return { _tag: "NumberSuspended" }
    const route = routeOf(send, provider, numbers)
    return route._tag === "From"
      ? { _tag: "Carried", provider, from: route.number }
      : { _tag: "NoNumber", provider, until: DateTime.addDuration(now, holdFor) }
  })
})

/** Whether an outcome shows that the provider is there and serves us. */
const isServed = (outcome: SendOutcome.SendOutcome): boolean => {
  if (outcome._tag === "Rejected") return !SendOutcome.isAccountWide(outcome.reason)
  return outcome._tag === "Accepted"
}

/** Tells the circuit of a provider what came of a text. In the ambient transaction. */
export const recordCircuitOutcome = Effect.fnUntraced(function* (provider: string, outcome: SendOutcome.SendOutcome) {
  const { active, fallback } = yield* TelephonyProviders.TelephonyProviders
  if (fallback === null || provider !== active.provider) return
  const { circuit: settings } = yield* Limits
  const circuits = yield* Circuits
  const isGood = isServed(outcome)
  const seen = yield* circuits.load(provider)
  // As a rule all is well, and no host waits for another.
  if (isGood && seen.failures === 0 && seen.openUntil === null) return
  const { circuit: known, now } = yield* circuits.lock(provider)
  const heard = Circuit.recordOutcome(known, isGood, now, settings)
  yield* circuits.save(heard)
  yield* noteCircuit(provider, heard.openUntil !== null)
  if (known.openUntil === null && heard.openUntil !== null) {
    yield* Effect.logWarning("A provider fails: texts go through the fallback").pipe(Effect.annotateLogs({ provider }))
  } else if (known.openUntil !== null && heard.openUntil === null) {
    yield* Effect.logInfo("A provider is back").pipe(Effect.annotateLogs({ provider }))
  }
})
