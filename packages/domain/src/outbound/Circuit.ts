/**
 * Whether to hand texts to a provider at all: a circuit breaker, so that a provider that is down costs a call now and then
 * and not one for each text.
 *
 * closed → (failures in a row) → open → (time) → one probe → closed, or open again.
 *
 * What is heard is not matched to calls: calls that began before the circuit opened are heard while it is open. A success,
 * whosever, shows that the provider is there and closes it. A failure lengthens nothing, unless a probe is out: then it
 * is taken for the probe's, which is at worst one more pause.
 */
import { DateTime, Schema } from "effect"

export const Circuit = Schema.Struct({
  provider: Schema.NonEmptyString,
  /** Failures in a row. */
  failures: Schema.Int,
  /** Nothing goes through before; `null` while closed. */
  openUntil: Schema.NullOr(Schema.DateTimeUtc),
  /** A probe is under way until then at the latest; `null` for none. */
  probeUntil: Schema.NullOr(Schema.DateTimeUtc)
})
export type Circuit = typeof Circuit.Type

export interface CircuitSettings {
  /** Failures in a row that open it: a whole number from 1. */
  readonly failuresToOpen: number
  /** How long nothing goes through. */
  readonly openForMillis: number
  /** When a probe that was not heard of is given up, and another one let through. */
  readonly probeForMillis: number
}

export interface Admission {
  /** `probe`: one call. */
  readonly admits: "all" | "probe" | "none"
  /** To be saved where a probe is admitted: it is noted there. */
  readonly circuit: Circuit
}

export const closed = (provider: string): Circuit => ({ provider, failures: 0, openUntil: null, probeUntil: null })

/** What may be handed to the provider now. */
export const admit = (circuit: Circuit, now: DateTime.Utc, settings: CircuitSettings): Admission => {
  if (circuit.openUntil === null) return { admits: "all", circuit }
  const isProbed = circuit.probeUntil !== null && DateTime.isGreaterThan(circuit.probeUntil, now)
  if (isProbed || DateTime.isGreaterThan(circuit.openUntil, now)) return { admits: "none", circuit }
  return { admits: "probe", circuit: { ...circuit, probeUntil: later(now, settings.probeForMillis) } }
}

/** What one call to the provider makes of the circuit. */
export const recordOutcome = (
  circuit: Circuit,
  success: boolean,
  now: DateTime.Utc,
  settings: CircuitSettings
): Circuit => {
  if (success) return closed(circuit.provider)
  const failures = circuit.failures + 1
  const isProbe = circuit.probeUntil !== null
  const opens = isProbe || (circuit.openUntil === null && failures >= settings.failuresToOpen)
  if (!opens) return { ...circuit, failures }
  return { ...circuit, failures, openUntil: later(now, settings.openForMillis), probeUntil: null }
}

const later = (now: DateTime.Utc, millis: number): DateTime.Utc => DateTime.addDuration(now, millis)
