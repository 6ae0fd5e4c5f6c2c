import { Transaction } from "@careline/ports"
import { Effect, Layer } from "effect"
import { MemoryStore } from "./MemoryStore.ts"

export const layer: Layer.Layer<Transaction, never, MemoryStore> = Layer.effect(
  Transaction,
  Effect.map(MemoryStore, (store) => Transaction.of({ transact: store.transact }))
)
