/**
 * The Spool port in a directory of this process: one file for what was to be stored at once, named by when it came. A file is
 * on the disk, and so is its name, before a provider is answered.
 */
import {
  type IncomingEvent,
  type KeyEncryption,
  Spool,
  type Spooled,
  StorageError,
  StoreUnavailable
} from "@careline/ports"
import { Clock, Effect, Layer, Metric, Option, Semaphore } from "effect"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import { during } from "./Failure.ts"
import * as Files from "./Files.ts"
import * as Folder from "./Folder.ts"
import * as SpoolFile from "./SpoolFile.ts"

export interface FileSpoolOptions {
  /** Made when it is not there, for this user only. No two processes at once may have the same one. */
  readonly directory: string
  /** How much may wait, in bytes; `DEFAULT_MAX_BYTES` unless given. */
  readonly maxBytes?: number | undefined
  /** What wraps the key of each file; without, files stand in the open, for a disk that is encrypted otherwise. */
  readonly encryption?: KeyEncryption.KeyEncryption | null | undefined
}

/** Several hundred thousand texts. */
export const DEFAULT_MAX_BYTES = 512 * 1024 * 1024

const WAITING = ".waiting"
const ASIDE = ".aside"

/** Enough digits for milliseconds until the year 2286, and for what comes within one of them. */
const DIGITS = 13

const full = (): StorageError =>
  new StorageError({ operation: "spool.add", reason: new StoreUnavailable({ message: "the spool is full" }) })

/** Another process had the same directory, and stored what was in the file. */
const orGone = <A, B>(use: Effect.Effect<A, Files.FileFailure>, gone: B): Effect.Effect<A | B, Files.FileFailure> =>
  Effect.catchIf(
    use,
    ({ code }) => code === "ENOENT",
    () => Effect.succeed(gone)
  )

const bytesWaiting = Metric.gauge("careline_spool_bytes", {
  description: "What waits on the disk for the store to be back, in bytes"
})

/** A directory that nothing can be written to is found out before anything depends on it. */
const prepare = Effect.fnUntraced(function* (directory: string) {
  yield* Folder.prepareIncoming(directory)
  const probe = Folder.unfinished(directory)
  yield* Files.writeDurably(probe, [new Uint8Array(1)])
  yield* Files.remove(probe)
  // What nobody could read or store may be read or stored by now.
  const names = yield* Files.namesIn(directory)
  yield* Effect.forEach(
    names.filter((name) => name.endsWith(ASIDE)),
    (name) => Files.move(join(directory, name), join(directory, `${name.slice(0, -ASIDE.length)}${WAITING}`)),
    { discard: true }
  )
  yield* Files.syncFolder(directory)
})

export const make = Effect.fnUntraced(function* (
  options: FileSpoolOptions
): Effect.fn.Return<Spool["Service"], StorageError> {
  const { directory, encryption = null, maxBytes = DEFAULT_MAX_BYTES } = options
  const place = (name: string) => join(directory, name)
  yield* during("spool.open")(prepare(directory))

  /** Files that wait, the oldest first, and their sizes. */
  const waiting = new Map<string, number>()
  let adding = 0
  let used = 0
  let last = 0
  const measure = Effect.suspend(() => Metric.update(bytesWaiting, used))
  const keep = (name: string, size: number) => {
    if (waiting.has(name)) return
    waiting.set(name, size)
    used += size
    last = Math.max(last, Number(name.slice(0, DIGITS)))
  }
  const forget = (name: string) => {
    used -= waiting.get(name) ?? 0
    waiting.delete(name)
  }

  /** What another process left behind in this directory, at the start or since. */
  const look = Effect.gen(function* () {
    const names = (yield* Files.namesIn(directory)).filter((name) => name.endsWith(WAITING) && !waiting.has(name))
    for (const name of names.toSorted()) {
      const size = yield* Effect.option(Files.sizeOf(place(name)))
      if (Option.isSome(size)) keep(name, size.value)
    }
  })
  yield* during("spool.open")(look)
  yield* measure

  const nextName = Effect.map(Clock.currentTimeMillis, (now) => {
    last = Math.max(last + 1, now)
    return `${String(last).padStart(DIGITS, "0")}-${randomUUID()}${WAITING}`
  })

  const write = Effect.fnUntraced(function* (events: ReadonlyArray<IncomingEvent>) {
    const name = yield* nextName
    const bytes = yield* SpoolFile.write(encryption, name, events)
    if (used + bytes.length > maxBytes) return yield* full()
    yield* Effect.acquireUseRelease(
      Effect.sync(() => Folder.unfinished(directory)),
      (path) =>
        Effect.gen(function* () {
          yield* Files.writeDurably(path, [bytes])
          yield* Files.move(path, place(name))
          yield* Files.syncFolder(directory)
        }),
      Files.discard
    ).pipe(during("spool.add"))
    keep(name, bytes.length)
    yield* measure
  })
  // One after the other: in the order in which they came.
  const inOrder = yield* Semaphore.make(1)

  const putAside = Effect.fnUntraced(function* (name: string) {
    yield* Files.move(place(name), place(`${name.slice(0, -WAITING.length)}${ASIDE}`))
    yield* Files.syncFolder(directory)
    forget(name)
  })

  const drop = Effect.fnUntraced(function* (name: string) {
    yield* orGone(Files.remove(place(name)), undefined)
    forget(name)
  })

  /** The events of a file; none where it is gone, or cannot be read. */
  const read = Effect.fnUntraced(function* (name: string) {
    const file = yield* orGone(Files.readWhole(place(name)), null)
    if (file === null) {
      forget(name)
      return []
    }
    return yield* SpoolFile.read(encryption, name, file).pipe(
      Effect.catch(
        Effect.fnUntraced(function* ({ reason }) {
          yield* putAside(name)
          yield* Effect.logError("Webhooks that wait on the disk cannot be read, and are kept aside", reason.message)
          return []
        })
      )
    )
  })

  const take = Effect.fnUntraced(function* (limit: number) {
    if (waiting.size === 0) yield* look
    const events: Array<IncomingEvent> = []
    const names: Array<string> = []
    for (const name of waiting.keys()) {
      if (events.length >= limit) break
      const found = yield* read(name)
      if (found.length === 0) continue
      events.push(...found)
      names.push(name)
    }
    if (names.length === 0) return null
    const forEach = (settle: (name: string) => Effect.Effect<void, Files.FileFailure>) =>
      Effect.andThen(during("spool.settle")(Effect.forEach(names, settle, { discard: true })), measure)
    const taken: Spooled = {
      events,
      remove: forEach(drop),
      setAside: forEach(putAside)
    }
    return taken
  })

  return {
    add: (events) =>
      Effect.suspend(() => {
        adding++
        return Effect.ensuring(
          inOrder.withPermits(1)(write(events)),
          Effect.sync(() => void adding--)
        )
      }),
    holds: Effect.sync(() => adding > 0 || waiting.size > 0),
    take: (limit) => during("spool.take")(take(limit))
  }
})

export const layer = (options: FileSpoolOptions): Layer.Layer<Spool, StorageError> =>
  Layer.effect(
    Spool,
    Effect.map(make(options), (spool) => Spool.of(spool))
  )
