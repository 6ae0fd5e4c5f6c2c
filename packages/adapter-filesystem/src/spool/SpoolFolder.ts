/**
 * The files of a spool: named by when they came, so that their order is that of their names, and moved to their name once they
 * are whole.
 */
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import * as Files from "../files/Files.ts"
import * as Folder from "../blobs/Folder.ts"

const WAITING = ".waiting"
const ASIDE = ".aside"

/** Milliseconds since 1970 have so many digits until the year 2286. */
const DIGITS = 13
/** What is not called so is not ours. */
const OURS = new RegExp(`^\\d{${DIGITS}}-[0-9a-f-]{36}\\.(waiting|aside)$`)

/** A name that no other file has. */
export const nameOf = (millis: number): string => `${String(millis).padStart(DIGITS, "0")}-${randomUUID()}${WAITING}`

export const millisOf = (name: string): number => Number(name.slice(0, DIGITS))

const ours = (directory: string, suffix: string): Effect.Effect<ReadonlyArray<string>, Files.FileFailure> =>
  Effect.map(Files.namesIn(directory), (names) =>
    names.filter((name) => OURS.test(name) && name.endsWith(suffix)).toSorted()
  )

const otherwise = (name: string, from: string, to: string): string => `${name.slice(0, -from.length)}${to}`

/** Makes the directory, or fails: one that nothing can be written to is found out before anything depends on it. */
export const prepare = Effect.fnUntraced(function* (directory: string) {
  yield* Folder.prepareIncoming(directory)
  const probe = Folder.unfinished(directory)
  yield* Files.writeDurably(probe, [new Uint8Array(1)])
  yield* Files.remove(probe)
})

/** Lets what is aside wait again: it may be read or stored by now. */
export const reclaim = Effect.fnUntraced(function* (directory: string) {
  const aside = yield* ours(directory, ASIDE)
  yield* Effect.forEach(
    aside,
    (name) => orGone(Files.move(join(directory, name), join(directory, otherwise(name, ASIDE, WAITING))), undefined),
    { discard: true }
  )
  if (aside.length > 0) yield* Files.syncFolder(directory)
})

/** The names of what waits, the oldest first. */
export const waitingIn = (directory: string): Effect.Effect<ReadonlyArray<string>, Files.FileFailure> =>
  ours(directory, WAITING)

/** Another process had the same directory, and stored what was in the file. */
const orGone = <A, B>(use: Effect.Effect<A, Files.FileFailure>, gone: B): Effect.Effect<A | B, Files.FileFailure> =>
  Effect.catchIf(
    use,
    ({ code }) => code === "ENOENT",
    () => Effect.succeed(gone)
  )

/** The bytes of a file; `null` where it is gone. */
export const read = (directory: string, name: string): Effect.Effect<Uint8Array | null, Files.FileFailure> =>
  orGone(Files.readWhole(join(directory, name)), null)

/** 0 where it is gone. */
export const sizeOf = (directory: string, name: string): Effect.Effect<number, Files.FileFailure> =>
  orGone(Files.sizeOf(join(directory, name)), 0)

export const remove = (directory: string, name: string): Effect.Effect<void, Files.FileFailure> =>
  orGone(Files.remove(join(directory, name)), undefined)

/** How many files wait or are set aside. 0 where there is no such directory. */
export const count = (directory: string): Effect.Effect<number, Files.FileFailure> =>
  Effect.map(orGone(Files.namesIn(directory), []), (names) => names.filter((name) => OURS.test(name)).length)

/** Keeps a file out of the way, for a person. */
export const putAside = (directory: string, name: string): Effect.Effect<void, Files.FileFailure> =>
  Effect.andThen(
    orGone(Files.move(join(directory, name), join(directory, otherwise(name, WAITING, ASIDE))), undefined),
    Files.syncFolder(directory)
  )
