/** The tests of the contract as data, so that a runner without vitest can carry them out as well. */
import type { BlobStore } from "@careline/ports"
import { Effect, type Layer, type Scope } from "effect"
import type { BlobStoreUnderTest, Subject } from "./Subject.ts"

export type Services = BlobStore | BlobStoreUnderTest

/** What a test may need beyond the port. */
export type Need = "ranges" | "no sniffing" | "outage"

export interface ContractTest {
  /** Starts with MUST, or with SHOULD where a store may have a reason to do otherwise. */
  readonly title: `MUST ${string}` | `SHOULD ${string}`
  readonly needs: ReadonlyArray<Need>
  readonly effect: Effect.Effect<void, unknown, Services | Scope.Scope>
}

export interface Chapter {
  readonly chapter: string
  readonly tests: ReadonlyArray<ContractTest>
}

export const test = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, Services | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest => ({ title, needs, effect: Effect.gen(body) })

const unmet: Readonly<Record<Need, (subject: Subject) => string | null>> = {
  ranges: ({ ranges }) => (ranges === "none" ? "ranges is none" : null),
  "no sniffing": ({ sniffing }) => (sniffing === "left_to_browser" ? "sniffing is left_to_browser" : null),
  outage: ({ outage }) => (outage === "not_shown" ? "outage is not_shown" : null)
}

/** Why a test does not apply to a subject, in words; none when it does. */
export const reasonsToSkip = (subject: Subject, { needs }: ContractTest): ReadonlyArray<string> =>
  needs.flatMap((need) => unmet[need](subject) ?? [])

/** Runs a test on a store of its own. Fails as the test fails. */
export const run = (layer: Layer.Layer<Services, unknown>, { effect }: ContractTest): Effect.Effect<void, unknown> =>
  effect.pipe(Effect.scoped, Effect.provide(layer))
