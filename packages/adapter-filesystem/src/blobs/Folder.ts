/**
 * Where in the directory what is. A file is named by the SHA-256 of its key: no key leads out of the directory, none is a
 * folder of another one, and a file system that does not tell cases apart, or knows names that nobody may use, does no harm.
 */
import type { BlobKey } from "@careline/domain"
import type { StorageError } from "@careline/ports"
import { Effect } from "effect"
import { createHash, randomUUID } from "node:crypto"
import { join } from "node:path"
import { damaged } from "../files/Failure.ts"
import * as Files from "../files/Files.ts"

/** What is being written, until it is whole. In the same file system, so that it can be moved in one step. */
const INCOMING = "incoming"

/** A folder for each first digit: few enough to make them all at the start, and a million blobs are 60,000 in each. */
const SHARDS = [..."0123456789abcdef"]

/** How old an unfinished file is that no process writes any more, in milliseconds. Another host may be at a younger one. */
const LEFTOVER_AGE_MILLIS = 60 * 60 * 1000

export interface Place {
  readonly folder: string
  readonly file: string
}

export const placeOf = (directory: string, key: BlobKey): Place => {
  const name = createHash("sha256").update(key).digest("hex")
  const folder = join(directory, name.slice(0, 1))
  return { folder, file: join(folder, name.slice(1)) }
}

/** A name that no other unfinished file has. */
export const unfinished = (directory: string): string => join(directory, INCOMING, randomUUID())

/** The file holds these parts, and no more. */
const holds = (path: string, parts: ReadonlyArray<Uint8Array>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const handle = yield* Files.opened(path, "r")
      const expected = Buffer.concat(parts)
      return expected.equals(yield* Files.read(handle, 0, expected.length + 1))
    })
  )

/** Gives a place its file, durably and in one step: it is on the disk, and was read again, before it takes the name. */
export const put = (
  directory: string,
  { file, folder }: Place,
  parts: ReadonlyArray<Uint8Array>,
  operation: string
): Effect.Effect<void, Files.FileFailure | StorageError> =>
  Effect.acquireUseRelease(
    Effect.sync(() => unfinished(directory)),
    (path) =>
      Effect.gen(function* () {
        yield* Files.writeDurably(path, parts)
        if (!(yield* holds(path, parts))) return yield* Effect.fail(damaged(operation))
        yield* Files.move(path, file)
        yield* Files.syncFolder(folder)
      }),
    Files.discard
  )

/** Every file that holds a blob. */
export const files = Effect.fnUntraced(function* (directory: string) {
  const folders = SHARDS.map((shard) => join(directory, shard))
  const names = yield* Effect.forEach(folders, (folder) =>
    Effect.map(Files.namesIn(folder), (found) => found.map((name) => join(folder, name)))
  )
  return names.flat()
})

/** Removes what a crash left unfinished: nobody was told that it is kept. */
const sweep = Effect.fnUntraced(function* (directory: string) {
  const incoming = join(directory, INCOMING)
  // The machine stamps files by its own time, whatever time it is for us.
  const now = yield* Effect.sync(() => Date.now())
  const paths = (yield* Files.namesIn(incoming)).map((name) => join(incoming, name))
  yield* Effect.forEach(
    paths,
    (path) =>
      // Gone in the meantime: another host swept it, or finished it.
      Effect.flatMap(
        Effect.orElseSucceed(Files.writtenAt(path), () => now),
        (writtenAt) => (now - writtenAt > LEFTOVER_AGE_MILLIS ? Files.discard(path) : Effect.void)
      ),
    { discard: true }
  )
})

/** Makes a directory into which files are moved once they are whole, durably. */
export const prepareIncoming = Effect.fnUntraced(function* (directory: string) {
  yield* Files.makeFolder(join(directory, INCOMING))
  yield* Files.syncFolder(directory)
  yield* sweep(directory)
})

/** Makes all folders, durably and at once: a directory without them is one that is not mounted. */
export const prepare = Effect.fnUntraced(function* (directory: string) {
  yield* Files.makeFolder(directory)
  yield* Effect.forEach([INCOMING, ...SHARDS], (name) => Files.makeFolder(join(directory, name)), {
    concurrency: 16,
    discard: true
  })
  yield* Files.syncFolder(directory)
  yield* sweep(directory)
})
