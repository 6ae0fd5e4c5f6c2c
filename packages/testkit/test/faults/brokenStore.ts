/** Ways to break one port of the memory store. */
import {
  type AccessStoragePorts,
  type DirectoryEntries,
  type HubStoragePorts,
  type NumberStoragePorts,
  Transaction,
  type VoiceStoragePorts
} from "@careline/ports"
import { Context, Effect, Layer, Record } from "effect"
import type { RepositoryContract } from "../../src/contract/index.ts"
import { MemoryStore } from "../../src/memory/index.ts"
import { empty, type MemoryState } from "../../src/memory/shared/MemoryState.ts"
import { memoryHarness } from "../memoryHarness.ts"
import type { FaultTable } from "./Fault.ts"

type Optional = AccessStoragePorts | DirectoryEntries | HubStoragePorts | NumberStoragePorts | VoiceStoragePorts
type Ports = RepositoryContract.StoragePorts | Optional
type Store = MemoryStore["Service"]
type BrokenStore = RepositoryContract.Harness<MemoryStore | Optional>

export type StoreFaults = FaultTable<BrokenStore>

type Operation = (...given: ReadonlyArray<unknown>) => Effect.Effect<unknown>
type Given<S, K extends keyof S> = S[K] extends (...given: infer A) => unknown ? A : never
type Answer<S, K extends keyof S> = S[K] extends (...given: infer _A) => Effect.Effect<infer B, infer _E, infer _R>
  ? B
  : never

/** The memory store with the layer's ports in place of its own. */
const broken = <I>(layer: Layer.Layer<I, never, Ports | MemoryStore>): BrokenStore => ({
  ...memoryHarness,
  layer: Layer.provideMerge(layer, memoryHarness.layer)
})

const provided = <I extends Ports, S extends object>(
  port: Context.Service<I, S>,
  change: (sound: S, store: Store) => Partial<S>
) =>
  Layer.effect(
    port,
    Effect.gen(function* () {
      const sound = yield* port
      return { ...sound, ...change(sound, yield* MemoryStore) }
    })
  ) as Layer.Layer<I, never, Ports | MemoryStore>

const everything = (state: MemoryState): MemoryState => state

/** What was committed when a transaction was asked for, which it may then have had to wait for. */
const Before = Context.Reference<MemoryState>("careline/testkit/test/Before", { defaultValue: () => empty })

/** Transactions that remember what was there before they waited for their turn. */
const remembering = provided(Transaction, ({ transact }, store) => ({
  transact: (effect) =>
    Effect.flatMap(store.read(everything), (before) => transact(Effect.provideService(effect, Before, before)))
}))

/** For some operations of a port what becomes of them. */
type Changes<S, How extends keyof Kinds<S, keyof S>> = { readonly [K in keyof S]?: Kinds<S, K>[How] }

interface Kinds<S, K extends keyof S> {
  readonly asked: (first: Given<S, K>[0], state: MemoryState) => Given<S, K>[0]
  readonly answered: (answer: Answer<S, K>, state: MemoryState, ...given: Given<S, K>) => Answer<S, K>
  readonly before: (state: MemoryState, ...given: Given<S, K>) => MemoryState
  readonly after: (state: MemoryState, before: MemoryState, ...given: Given<S, K>) => MemoryState
  readonly stale: (answer: Answer<S, K>, before: MemoryState) => Answer<S, K>
}

// As every operation looks to what wraps it.
type Change = (...known: ReadonlyArray<unknown>) => never

export const breaking = <I extends Ports, S extends object>(port: Context.Service<I, S>) => {
  const altered = (change: (sound: S, store: Store) => Partial<S>): BrokenStore => broken(provided(port, change))

  const wrapped =
    (changes: object, run: (sound: Operation, change: Change, store: Store) => Operation) =>
    (sound: S, store: Store): Partial<S> =>
      Record.map(changes as Record<string, Change>, (change, name) =>
        run((sound as Record<string, Operation>)[name]!, change, store)
      ) as Partial<S>

  return {
    /** Some operations are others. */
    altered,

    /** An operation takes itself to be asked something else. */
    asked: (changes: Changes<S, "asked">) =>
      altered(
        wrapped(
          changes,
          (sound, change, store) =>
            (first, ...others) =>
              Effect.flatMap(
                store.read((state) => change(first, state)),
                (made) => sound(made, ...others)
              )
        )
      ),

    /** An operation does what it should, and answers something else. */
    answered: (changes: Changes<S, "answered">) =>
      altered(
        wrapped(
          changes,
          (sound, change, store) =>
            (...given) =>
              Effect.flatMap(sound(...given), (answer) => store.read((state) => change(answer, state, ...given)))
        )
      ),

    /** Something happens to what is kept, before an operation. */
    before: (changes: Changes<S, "before">) =>
      altered(
        wrapped(
          changes,
          (sound, change, store) =>
            (...given) =>
              Effect.andThen(
                store.update((state) => change(state, ...given)),
                sound(...given)
              )
        )
      ),

    /** Something happens to what is kept, after an operation. */
    after: (changes: Changes<S, "after">) =>
      altered(
        wrapped(
          changes,
          (sound, change, store) =>
            (...given) =>
              Effect.flatMap(store.read(everything), (before) =>
                Effect.tap(sound(...given), () => store.update((state) => change(state, before, ...given)))
              )
        )
      ),

    /** A transaction that waited for another one knows what was there before it. Those of the memory store all wait. */
    stale: (changes: Changes<S, "stale">): BrokenStore => {
      const knowing = wrapped(
        changes,
        (sound, change) =>
          (...given) =>
            Effect.zipWith(sound(...given), Before, change)
      )
      return { ...broken(Layer.merge(remembering, provided(port, knowing))), concurrentTransactions: true }
    }
  }
}

/** A value with other fields. */
export const set =
  <const P extends object>(fields: P) =>
  <A extends object>(value: A): A => ({ ...value, ...fields })
