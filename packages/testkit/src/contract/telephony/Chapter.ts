/** The tests of the contract as data, so that a runner without vitest can carry them out as well. */
import type { Telephony } from "@careline/ports"
import { Effect, type Layer } from "effect"
import { Scenario } from "../../simulators/index.ts"
import { type Need, unmetBy } from "./Need.ts"
import * as Receiver from "./Receiver.ts"
import { ProviderUnderTest, type Subject } from "./Subject.ts"

export type Services = Telephony.Telephony | ProviderUnderTest | Receiver.Receiver

export interface ContractTest {
  /** Starts with MUST, or with SHOULD where an adapter may have a reason to do otherwise. */
  readonly title: `MUST ${string}` | `SHOULD ${string}`
  /** What the adapter must declare for the test to apply. */
  readonly needs: ReadonlyArray<Need>
  /** What its simulator must be able to say. */
  readonly scenarios: ReadonlyArray<Scenario.Scenario>
  readonly effect: Effect.Effect<void, unknown, Services>
}

export interface Chapter {
  readonly chapter: string
  readonly tests: ReadonlyArray<ContractTest>
}

export const test = (
  title: ContractTest["title"],
  scenarios: ReadonlyArray<Scenario.Scenario>,
  body: (capabilities: Telephony.Capabilities) => Effect.fn.Return<void, unknown, Services>,
  needs: ReadonlyArray<Need> = []
): ContractTest => ({
  title,
  needs,
  scenarios,
  effect: Effect.gen(function* () {
    const { simulator, telephony } = yield* ProviderUnderTest
    const unspoken = scenarios.filter((scenario) => !simulator.speaks.has(scenario))
    if (unspoken.length > 0) {
      throw new Error(`The simulator cannot say ${unspoken.join(", ")}, and no declared capability says why`)
    }
    yield* body(telephony.capabilities)
  })
})

/** Why a test does not apply to a subject, in words; none when it does. */
export const reasonsToSkip = (subject: Subject, { needs }: ContractTest): ReadonlyArray<string> =>
  unmetBy(subject.capabilities, needs)

/** Where the provider is silent, in milliseconds: the test lasts as long. */
const SHORT_PATIENCE_MILLIS = 1_000
/** Where it answers, however slow the machine is. */
const LONG_PATIENCE_MILLIS = 60_000

/** How long the adapter of a test waits for its provider, in milliseconds. */
const patienceOf = ({ scenarios }: ContractTest): number =>
  scenarios.some((scenario) => Scenario.silences.has(scenario)) ? SHORT_PATIENCE_MILLIS : LONG_PATIENCE_MILLIS

/** Runs a test on a provider of its own. Fails as the test fails. */
export const run = (
  layer: Layer.Layer<Telephony.Telephony | ProviderUnderTest, unknown, Receiver.Receiver>,
  test: ContractTest
): Effect.Effect<void, unknown> =>
  test.effect.pipe(Effect.provide(layer), Effect.provide(Receiver.layer(patienceOf(test)))) as Effect.Effect<
    void,
    unknown
  >
