/**
 * The Spool port in a directory of this process: one file for what was to be stored at once, on the disk before a provider is
 * answered.
 */
import { type IncomingEvent, type KeyEncryption, Spool, StorageError, StoreUnavailable } from "@careline/ports"
import { Clock, Effect, Layer, Metric, Semaphore } from "effect"
import { during } from "./Failure.ts"
import * as SpoolFile from "./SpoolFile.ts"
import * as SpoolFolder from "./SpoolFolder.ts"

export interface FileSpoolOptions {
  /** Made when it is not there, for this user only. No two processes at once should have the same one. */
  readonly directory: string
  /** How much may wait, in bytes; `DEFAULT_MAX_BYTES` unless given. */
  readonly maxBytes?: number | undefined
  /** What wraps the key of each file; without, files stand in the open, for a disk that is encrypted otherwise. */
  readonly encryption?: KeyEncryption.KeyEncryption | null | undefined
}

/** Several hundred thousand texts. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024

const bytesWaiting = Metric.gauge("careline_spool_bytes", {
  description: "What waits on the disk for the store to be back, in bytes"
})

const full = new StorageError({
  operation: "spool.add",
  reason: new StoreUnavailable({ message: "the spool is full" })
})

export const make = Effect.fnUntraced(function* (
  options: FileSpoolOptions
): Effect.fn.Return<Spool["Service"], StorageError> {
  const { directory, encryption = null, maxBytes = DEFAULT_MAX_BYTES } = options
  /** The files that wait, the oldest first, and their sizes. */
  const waiting = new Map<string, number>()
  let used = 0
  let adding = 0
  let latest = 0

  const noteWaiting = (name: string, size: number) => {
    if (waiting.has(name)) return
    waiting.set(name, size)
    used += size
    latest = Math.max(latest, SpoolFolder.millisOf(name))
  }
  const forget = (name: string) => {
    used -= waiting.get(name) ?? 0
    waiting.delete(name)
  }
  const measure = Effect.suspend(() => Metric.update(bytesWaiting, used))

  /** Finds what another process left behind, before this one or beside it. */
  const look = Effect.gen(function* () {
    for (const name of yield* SpoolFolder.waitingIn(directory)) {
      noteWaiting(name, yield* SpoolFolder.sizeOf(directory, name))
    }
    yield* measure
  })
  yield* Effect.andThen(SpoolFolder.prepare(directory), look).pipe(during("spool.open"))

  const add = Effect.fnUntraced(function* (events: ReadonlyArray<IncomingEvent>) {
    // Behind all others, even where the clock was set back.
    latest = Math.max(latest + 1, yield* Clock.currentTimeMillis)
    const name = SpoolFolder.nameOf(latest)
    const bytes = yield* SpoolFile.write(encryption, name, events)
    if (used + bytes.length > maxBytes) return yield* full
    yield* during("spool.add")(SpoolFolder.keep(directory, name, bytes))
    noteWaiting(name, bytes.length)
    yield* measure
  })
  // One after the other: in the order in which they came.
  const inOrder = yield* Semaphore.make(1)

  const setAside = (name: string) =>
    Effect.andThen(
      SpoolFolder.putAside(directory, name),
      Effect.sync(() => forget(name))
    )
  const remove = (name: string) =>
    Effect.andThen(
      SpoolFolder.remove(directory, name),
      Effect.sync(() => forget(name))
    )

  /** The events of a file; none where it is gone, or cannot be read. */
  const eventsOf = Effect.fnUntraced(function* (name: string) {
    const file = yield* SpoolFolder.read(directory, name)
    if (file === null) {
      forget(name)
      return []
    }
    return yield* SpoolFile.read(encryption, name, file).pipe(
      Effect.catch(
        Effect.fnUntraced(function* ({ reason }) {
          yield* setAside(name)
          yield* Effect.logError("Webhooks that wait on the disk cannot be read, and are kept aside", reason.message)
          return []
        })
      )
    )
  })

  const take = Effect.fnUntraced(function* (limit: number) {
    if (waiting.size === 0) yield* look
    const taken: Array<{ readonly name: string; readonly events: ReadonlyArray<IncomingEvent> }> = []
    let count = 0
    for (const name of waiting.keys()) {
      const events = yield* eventsOf(name)
      if (events.length > 0) taken.push({ name, events })
      count += events.length
      if (count >= limit) break
    }
    if (taken.length === 0) return null
    const settle = (one: typeof remove) =>
      during("spool.settle")(
        Effect.andThen(
          Effect.forEach(taken, ({ name }) => one(name)),
          measure
        )
      )
    return { events: taken.flatMap(({ events }) => events), remove: settle(remove), setAside: settle(setAside) }
  })

  return {
    add: (events) =>
      Effect.suspend(() => {
        adding++
        return Effect.ensuring(
          inOrder.withPermits(1)(add(events)),
          Effect.sync(() => void adding--)
        )
      }),
    holds: Effect.sync(() => adding > 0 || waiting.size > 0),
    take: (limit) => during("spool.take")(take(limit))
  }
})

export const layer = (options: FileSpoolOptions): Layer.Layer<Spool, StorageError> => Layer.effect(Spool, make(options))
