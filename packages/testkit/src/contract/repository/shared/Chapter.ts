/** The tests of the contract as data, so that a runner without vitest can carry them out as well. */
import { type DirectoryEntries, RowAccess } from "@careline/ports"
import { Effect, type Scope } from "effect"
import {
  type AccessStoragePorts,
  type Harness,
  type HubStoragePorts,
  layerOf,
  type Need,
  type NumberStoragePorts,
  type StoragePorts,
  StoreUnderTest,
  type VoiceStoragePorts
} from "./Harness.ts"

export interface ContractTest {
  /** Starts with MUST, or with SHOULD where a store may have a reason to do otherwise. */
  readonly title: `MUST ${string}` | `SHOULD ${string}`
  readonly needs: ReadonlyArray<Need>
  readonly effect: Effect.Effect<void, unknown, StoragePorts | StoreUnderTest | Scope.Scope>
}

export interface Chapter {
  readonly chapter: string
  readonly tests: ReadonlyArray<ContractTest>
}

/**
 * The tests of what members of staff ask for. A store with row-level security meets the others as it
 * meets workers.
 */
export const byStaff = (tests: ReadonlyArray<ContractTest>): ReadonlyArray<ContractTest> =>
  tests.map((one) => ({
    ...one,
    effect: Effect.provideService(one.effect, RowAccess, { _tag: "Staff", scope: "all" })
  }))

/** One test. */
export const test = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest => ({ title, needs, effect: Effect.gen(body) })

/** One test of the ports for calls and media. */
export const voiceTest = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | VoiceStoragePorts | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest =>
  test(
    title,
    function* () {
      const { voice } = yield* StoreUnderTest
      yield* Effect.provideContext(Effect.gen(body), yield* voice)
    },
    ["voice", ...needs]
  )

/** One test of the ports of the audit trail and of access in an emergency. */
export const accessTest = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | AccessStoragePorts | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest =>
  test(
    title,
    function* () {
      const { access } = yield* StoreUnderTest
      yield* Effect.provideContext(Effect.gen(body), yield* access)
    },
    ["access", ...needs]
  )

/** One test of the ports for tenants and numbers. */
export const numberTest = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | NumberStoragePorts | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest =>
  test(
    title,
    function* () {
      const { numbers } = yield* StoreUnderTest
      yield* Effect.provideContext(Effect.gen(body), yield* numbers)
    },
    ["numbers", ...needs]
  )

/** One test of the ports for what a line writes by itself. */
export const hubTest = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | HubStoragePorts | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest =>
  test(
    title,
    function* () {
      const { hub } = yield* StoreUnderTest
      yield* Effect.provideContext(Effect.gen(body), yield* hub)
    },
    ["hub", ...needs]
  )

/** One test of the directory that a host keeps itself. */
export const directoryTest = (
  title: ContractTest["title"],
  body: () => Effect.fn.Return<void, unknown, StoragePorts | DirectoryEntries | StoreUnderTest | Scope.Scope>,
  needs: ReadonlyArray<Need> = []
): ContractTest =>
  test(
    title,
    function* () {
      const { directory } = yield* StoreUnderTest
      yield* Effect.provideContext(Effect.gen(body), yield* directory)
    },
    ["directory", ...needs]
  )

/** Runs a test on a clean store of the harness. Fails as the test fails. */
export const run = <R>(harness: Harness<R>, { effect }: ContractTest): Effect.Effect<void, unknown> =>
  effect.pipe(Effect.scoped, Effect.provideService(RowAccess, { _tag: "System" }), Effect.provide(layerOf(harness)))
