import { Stream } from "effect"
import type { MemoryState } from "./MemoryState.ts"
import type { MemoryStore } from "./MemoryStore.ts"

/** Ticks whenever a commit changed the table. */
export const of = (store: MemoryStore["Service"], table: (state: MemoryState) => unknown): Stream.Stream<void> =>
  store.commits.pipe(
    Stream.map(table),
    Stream.changesWith((before, after) => before === after),
    Stream.drop(1),
    Stream.map(() => undefined)
  )
