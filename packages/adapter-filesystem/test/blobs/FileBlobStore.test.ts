/** What a directory adds to the contract: who may read it, what a crash and a bad disk do to it. */
import { BlobKey } from "@careline/domain"
import { StorageError } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Logger, Option } from "effect"
import { chmodSync, globSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { FileBlobStore } from "../../src/index.ts"
import { freshDirectory, optionsFor } from "../support.ts"

const key = BlobKey.make("recordings/canary-key")
const bytes = new TextEncoder().encode("canary: one recording")
const content = { bytes, contentType: "audio/wav" }

const storeIn = (directory: string) => FileBlobStore.make(optionsFor(directory))

/** The one blob in the directory, as a file. */
const fileIn = (directory: string): string => {
  const [file = assert.fail("nothing is kept"), ...others] = globSync("?/*", { cwd: directory })
  assert.isEmpty(others)
  return join(directory, file)
}

const mode = (path: string): number => statSync(path).mode & 0o777

describe("A directory of blobs", () => {
  it.live("is for the user of the process alone", () =>
    Effect.gen(function* () {
      const directory = join(yield* freshDirectory, "made", "by the store")
      const { put } = yield* storeIn(directory)
      yield* put(key, content)
      const file = fileIn(directory)
      assert.deepStrictEqual(
        [directory, join(file, ".."), join(directory, "incoming")].map(mode),
        [0o700, 0o700, 0o700]
      )
      assert.strictEqual(mode(file), 0o600)
    })
  )

  it.live("names no key, and says in a file's first line what its bytes are", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const { put } = yield* storeIn(directory)
      const info = yield* put(key, content)
      const file = fileIn(directory)
      assert.notInclude(file, "canary-key")
      const [line, ...rest] = readFileSync(file, "utf8").split("\n")
      assert.deepStrictEqual(JSON.parse(line!), info)
      assert.strictEqual(rest.join("\n"), "canary: one recording")
    })
  )

  it.live("has what was kept for whoever opens it next, and nothing unfinished", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const { put } = yield* storeIn(directory)
      yield* put(key, content)
      assert.isEmpty(readdirSync(join(directory, "incoming")))
      const next = yield* storeIn(directory)
      assert.deepStrictEqual(Option.getOrThrow(yield* next.get(key)).bytes, bytes)
    })
  )

  it.live("is cleared of what a crash left, and not of what another host is writing", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      yield* storeIn(directory)
      const incoming = join(directory, "incoming")
      const now = yield* Clock.currentTimeMillis
      for (const [name, minutes] of [
        ["left", 61],
        ["written", 59]
      ] as const) {
        writeFileSync(join(incoming, name), "half of a recording")
        const then = new Date(now - minutes * 60_000)
        utimesSync(join(incoming, name), then, then)
      }
      yield* storeIn(directory)
      assert.deepStrictEqual(readdirSync(incoming), ["written"])
    })
  )

  const damages = [
    ["a byte that turned", (whole: Buffer) => Buffer.concat([whole.subarray(0, -1), Buffer.from("?")])],
    ["a lost end", (whole: Buffer) => whole.subarray(0, -5)],
    ["a lost beginning", (whole: Buffer) => whole.subarray(5)],
    ["nothing in it", () => Buffer.alloc(0)],
    ["another key's content", (whole: Buffer) => Buffer.from(whole.toString().replace("canary-key", "another-key"))]
  ] as const
  it.live.each(damages)("tells a file with %s from what was kept", ([, damage]) =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const { get, link, put, serve } = yield* storeIn(directory)
      yield* put(key, content)
      const file = fileIn(directory)
      writeFileSync(file, damage(readFileSync(file)))
      const error = yield* Effect.flip(get(key))
      assert.instanceOf(error, StorageError)
      assert.strictEqual(error.reason._tag, "StoreFault")
      assert.notInclude(JSON.stringify(error) + error.message, "canary")
      const url = new URL(yield* link(key, { expiresInMillis: 1000, fileName: "a.wav", contentType: "audio/wav" }))
      const lines: Array<string> = []
      const logged = Logger.make(({ message }) => void lines.push(String(message)))
      const { status } = yield* serve({ method: "GET", target: url.pathname + url.search, headers: {} }).pipe(
        Effect.provide(Logger.layer([logged]))
      )
      assert.deepStrictEqual(lines, ["blobs.get: the file is damaged"])
      assert.strictEqual(status, 500)
      yield* put(key, content)
      assert.deepStrictEqual(Option.getOrThrow(yield* get(key)).bytes, bytes)
    })
  )

  it.live("cannot be opened where a file is in its place, and the error names no path", () =>
    Effect.gen(function* () {
      const file = join(yield* freshDirectory, "canary-file")
      writeFileSync(file, "")
      const error = yield* Effect.flip(storeIn(file))
      assert.deepInclude(error, { _tag: "StorageError", operation: "blobs.open" })
      assert.strictEqual(error.reason._tag, "StoreUnavailable")
      assert.notInclude(JSON.stringify(error) + error.message, "canary")
    })
  )

  it.live.skipIf(process.getuid?.() === 0 || process.platform === "win32")("says when it may not be written", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const { put } = yield* storeIn(directory)
      chmodSync(join(directory, "incoming"), 0o500)
      const error = yield* Effect.flip(put(key, content))
      assert.strictEqual(error.message, "blobs.put: EACCES")
    })
  )
})
