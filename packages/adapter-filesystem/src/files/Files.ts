/** What the store asks of a file system, each step of it. A failure is the system's name for it, without the path. */
import { Data, Effect, Predicate, type Scope } from "effect"
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, unlink } from "node:fs/promises"

/** The file system refused: `ENOENT`, `ENOSPC`, … */
export class FileFailure extends Data.TaggedError("FileFailure")<{ readonly code: string }> {}

const failure = (error: unknown): FileFailure =>
  new FileFailure({
    code: Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : "the file system failed"
  })

const tried = <A>(run: () => Promise<A>): Effect.Effect<A, FileFailure> =>
  Effect.tryPromise({ try: run, catch: failure })

/** For the user that the process runs as, and nobody else. */
const OWNER_ONLY = { file: 0o600, folder: 0o700 }

/** An open file, closed at the end of the scope. What it holds stays the same when another one takes its name. */
export const opened = (path: string, flags: "r" | "wx"): Effect.Effect<FileHandle, FileFailure, Scope.Scope> =>
  Effect.acquireRelease(
    tried(() => open(path, flags, OWNER_ONLY.file)),
    (handle) => Effect.ignore(tried(() => handle.close()))
  )

/** Bytes from a position on; fewer where the file ends before. */
export const read = (handle: FileHandle, position: number, length: number): Effect.Effect<Uint8Array, FileFailure> =>
  tried(async () => {
    const bytes = new Uint8Array(length)
    let filled = 0
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
      if (bytesRead === 0) return bytes.subarray(0, filled)
      filled += bytesRead
    }
    return bytes
  })

/** The whole of a file. */
export const readWhole = (path: string): Effect.Effect<Uint8Array, FileFailure> => tried(() => readFile(path))

/** Writes the parts one after the other, and returns once they are on the disk. */
export const writeDurably = (path: string, parts: ReadonlyArray<Uint8Array>): Effect.Effect<void, FileFailure> =>
  Effect.scoped(
    Effect.flatMap(opened(path, "wx"), (handle) =>
      tried(async () => {
        for (const part of parts) await handle.writeFile(part)
        await handle.sync()
      })
    )
  )

/** Puts the names in a folder on the disk. Windows has no way to ask for it, and no need to. */
export const syncFolder = (path: string): Effect.Effect<void, FileFailure> =>
  process.platform === "win32"
    ? Effect.void
    : Effect.scoped(Effect.flatMap(opened(path, "r"), (handle) => tried(() => handle.sync())))

export const makeFolder = (path: string): Effect.Effect<void, FileFailure> =>
  Effect.asVoid(tried(() => mkdir(path, { recursive: true, mode: OWNER_ONLY.folder })))

/** Gives a file another name, in the place of whatever had it. */
export const move = (from: string, to: string): Effect.Effect<void, FileFailure> => tried(() => rename(from, to))

/** Removes a file that is there. */
export const remove = (path: string): Effect.Effect<void, FileFailure> => tried(() => unlink(path))

/** Removes a file, if it is there and can be removed. */
export const discard = (path: string): Effect.Effect<void> => Effect.ignore(tried(() => rm(path, { force: true })))

/** The names in a folder. */
export const namesIn = (path: string): Effect.Effect<ReadonlyArray<string>, FileFailure> => tried(() => readdir(path))

/** When a file was written last, in milliseconds since 1970. */
export const writtenAt = (path: string): Effect.Effect<number, FileFailure> =>
  Effect.map(
    tried(() => stat(path)),
    ({ mtimeMs }) => mtimeMs
  )

/** In bytes. */
export const sizeOf = (path: string): Effect.Effect<number, FileFailure> =>
  Effect.map(
    tried(() => stat(path)),
    ({ size }) => size
  )

/** Fails when there is nothing by that name. */
export const exists = (path: string): Effect.Effect<void, FileFailure> => Effect.asVoid(tried(() => stat(path)))
