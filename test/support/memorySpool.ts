/** A spool that forgets: what waits in it, and what was set aside, is there to be looked at. */
import { type IncomingEvent, Spool, StorageError, StoreUnavailable } from "@careline/ports"
import { Effect, Layer } from "effect"

type Entry = ReadonlyArray<IncomingEvent>

/** `room`: how many entries fit into it. */
export const memorySpool = (is: { readonly room: number } = { room: Number.POSITIVE_INFINITY }) => {
  const waiting: Array<Entry> = []
  const aside: Array<Entry> = []
  const leave = (entry: Entry) => Effect.sync(() => void waiting.splice(waiting.indexOf(entry), 1))
  const full = new StorageError({ operation: "spool.add", reason: new StoreUnavailable({ message: "it is full" }) })
  const layer = Layer.succeed(Spool, {
    add: (events) =>
      Effect.suspend(() =>
        waiting.length < is.room ? Effect.sync(() => void waiting.push(events)) : Effect.fail(full)
      ),
    state: Effect.sync(() => (waiting.length === 0 ? "empty" : waiting.length < is.room ? "holding" : "full")),
    take: (limit) =>
      Effect.sync(() =>
        waiting.slice(0, limit).map((events) => {
          const keepAside = Effect.sync(() => void aside.push(events))
          return { events, remove: leave(events), setAside: Effect.andThen(leave(events), keepAside) }
        })
      )
  })
  return { waiting, aside, layer }
}
