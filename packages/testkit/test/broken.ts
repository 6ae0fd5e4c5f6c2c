/** What a memory store with one fault is made of. */
import {
  type AccessStoragePorts,
  type DirectoryEntries,
  type HubStoragePorts,
  type NumberStoragePorts,
  Transaction,
  type VoiceStoragePorts
} from "@careline/ports"
import { Context, Effect, Layer } from "effect"
import type { RepositoryContract } from "../src/contract/index.ts"
import { MemoryStore } from "../src/memory/index.ts"
import { empty, type MemoryState } from "../src/memory/MemoryState.ts"
import { memoryHarness } from "./memoryHarness.ts"

type Ports =
  | RepositoryContract.StoragePorts
  | AccessStoragePorts
  | DirectoryEntries
  | HubStoragePorts
  | NumberStoragePorts
  | VoiceStoragePorts

export interface BrokenStore {
  /** What it does wrong. */
  readonly fault: string
  readonly chapter: string
  /** The test that has to fail, so that the fault is noticed for what it is. */
  readonly noticedBy: string
  readonly harness: RepositoryContract.Harness<
    MemoryStore | AccessStoragePorts | DirectoryEntries | HubStoragePorts | NumberStoragePorts | VoiceStoragePorts
  >
}

/** The memory store with the layer's ports in place of its own. */
export const broken = <I extends Ports>(
  fault: string,
  chapter: string,
  noticedBy: string,
  layer: Layer.Layer<I, never, Ports | MemoryStore>
): BrokenStore => ({
  fault,
  chapter,
  noticedBy,
  harness: { ...memoryHarness, layer: Layer.provideMerge(layer, memoryHarness.layer) }
})

/** The store for tests of transactions beside each other: those of the memory store wait for each other. */
export const besideOthers = (store: BrokenStore): BrokenStore => ({
  ...store,
  harness: { ...store.harness, concurrentTransactions: true }
})

/** A port of the memory store with some of its operations replaced. */
export const altered = <I extends Ports, S>(
  port: Context.Service<I, S>,
  change: (sound: S, store: MemoryStore["Service"]) => Partial<S>
): Layer.Layer<I, never, I | MemoryStore> =>
  Layer.effect(
    port,
    Effect.gen(function* () {
      const sound = yield* port
      return { ...sound, ...change(sound, yield* MemoryStore) }
    })
  )

/** What was committed when a transaction was asked for, which it may then have had to wait for. */
export const Before = Context.Reference<MemoryState>("careline/testkit/test/Before", { defaultValue: () => empty })

/** Transactions that remember what was there before they waited for their turn. */
export const remembering = altered(Transaction, ({ transact }, store) => ({
  transact: (effect) =>
    Effect.flatMap(
      store.read((state) => state),
      (before) => transact(Effect.provideService(effect, Before, before))
    )
}))
