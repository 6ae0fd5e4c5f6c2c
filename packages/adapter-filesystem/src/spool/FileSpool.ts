/**
 * The Spool port in a directory of this process: one file for what was to be stored at once, on the disk before a provider is
 * answered.
 */
import { type IncomingEvent, type KeyEncryption, Spool, StorageError, StoreUnavailable } from "@careline/ports"
import { Clock, Effect, Layer, Metric, Semaphore } from "effect"
import { join } from "node:path"
import { during } from "../files/Failure.ts"
import type { FileFailure } from "../files/Files.ts"
import * as Folder from "../blobs/Folder.ts"
import * as SpoolFile from "./SpoolFile.ts"
import * as SpoolFolder from "./SpoolFolder.ts"

export interface FileSpoolOptions {
  /**
   * Made when it is not there, for this user only. Each process should have its own; those of one store may share one, and
   * those of different stores must not: what waits goes to the store of whoever finds it.
   */
  readonly directory: string
  /** How much may wait, in bytes on the disk; `DEFAULT_MAX_BYTES` unless given. */
  readonly maxBytes?: number | undefined
  /** What wraps the key of each file; without, files stand in the open, for a disk that is encrypted otherwise. */
  readonly encryption?: KeyEncryption.KeyEncryption | null | undefined
}

/** More than a hundred thousand texts, each in a file of its own. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024

/** What a file takes on most disks, however short it is. */
const BLOCK_BYTES = 4096

/** When what was set aside is tried again. */
export const RECLAIM_MILLIS = 60 * 60 * 1000

const bytesWaiting = Metric.gauge("careline_spool_bytes", {
  description: "What waits on the disk for the store to be back, in bytes"
})

const ADD = "spool.add"

const full = new StorageError({
  operation: ADD,
  reason: new StoreUnavailable({ message: "the spool is full" })
})

const onDisk = (size: number): number => Math.max(size, BLOCK_BYTES)

export const make = Effect.fnUntraced(function* (
  options: FileSpoolOptions
): Effect.fn.Return<Spool["Service"], StorageError> {
  const { directory, encryption = null, maxBytes = DEFAULT_MAX_BYTES } = options
  /** The files that wait, the oldest first, and their sizes. */
  const waiting = new Map<string, number>()
  /** Files that are dealt with, and that the disk does not let go of. */
  const stuck = new Set<string>()
  let used = 0
  let adding = 0
  let latest = 0
  let reclaimedAt = yield* Clock.currentTimeMillis

  const noteWaiting = (name: string, size: number) => {
    if (waiting.has(name) || stuck.has(name)) return
    waiting.set(name, onDisk(size))
    used += onDisk(size)
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
  yield* SpoolFolder.prepare(directory).pipe(
    Effect.andThen(SpoolFolder.reclaim(directory)),
    Effect.andThen(look),
    during("spool.open")
  )

  const add = Effect.fnUntraced(function* (events: ReadonlyArray<IncomingEvent>) {
    // Behind all others, even where the clock was set back.
    latest = Math.max(latest + 1, yield* Clock.currentTimeMillis)
    const name = SpoolFolder.nameOf(latest)
    const bytes = yield* SpoolFile.write(encryption, name, events)
    if (used + onDisk(bytes.length) > maxBytes) return yield* full
    const place = { folder: directory, file: join(directory, name) }
    yield* during(ADD)(Folder.put(directory, place, [bytes], ADD))
    noteWaiting(name, bytes.length)
    yield* measure
  })
  // One after the other: in the order in which they came.
  const inOrder = yield* Semaphore.make(1)

  /** Does something with a file, and is done with it: one that does not go away holds up no other. */
  const leave = (name: string, leaving: Effect.Effect<void, FileFailure>) =>
    Effect.gen(function* () {
      const exit = yield* Effect.result(leaving)
      forget(name)
      yield* measure
      if (exit._tag === "Success") return
      stuck.add(name)
      const said = "A file of the spool can be neither removed nor renamed: it is tried again after a restart"
      yield* Effect.logError(said, exit.failure.code)
    })

  /** The events of a file: `null` where they cannot be read, none where it is gone. */
  const eventsOf = Effect.fnUntraced(function* (name: string) {
    const file = yield* Effect.result(SpoolFolder.read(directory, name))
    if (file._tag === "Failure") return null
    if (file.success === null) {
      forget(name)
      return []
    }
    return yield* Effect.catchIf(
      SpoolFile.read(encryption, name, file.success),
      ({ isRetryable }) => !isRetryable,
      ({ reason }) => Effect.as(Effect.logError("A file of the spool cannot be read", reason.message), null)
    )
  })

  const take = Effect.fnUntraced(function* (limit: number) {
    if (waiting.size === 0) {
      const now = yield* Clock.currentTimeMillis
      if (now - reclaimedAt >= RECLAIM_MILLIS) {
        reclaimedAt = now
        yield* SpoolFolder.reclaim(directory)
      }
      yield* look
    }
    const taken: Array<{ readonly name: string; readonly events: ReadonlyArray<IncomingEvent> | null }> = []
    let count = 0
    for (const name of waiting.keys()) {
      const events = yield* eventsOf(name)
      if (events?.length !== 0) taken.push({ name, events })
      count += events?.length ?? 0
      if (count >= limit) break
    }
    return taken.map(({ events, name }) => ({
      events,
      remove: leave(name, SpoolFolder.remove(directory, name)),
      setAside: leave(name, SpoolFolder.putAside(directory, name))
    }))
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
    state: Effect.sync(() =>
      used + BLOCK_BYTES > maxBytes ? "full" : adding > 0 || waiting.size > 0 ? "holding" : "empty"
    ),
    take: (limit) => during("spool.take")(take(limit))
  }
})

/** How many files wait in a directory, or are set aside there. */
export const count = (directory: string): Effect.Effect<number, StorageError> =>
  during("spool.count")(SpoolFolder.count(directory))

export const layer = (options: FileSpoolOptions): Layer.Layer<Spool, StorageError> => Layer.effect(Spool, make(options))
