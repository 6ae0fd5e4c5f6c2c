/** What lies in the files of an encrypted directory, and who can read it. */
import { BlobKey } from "@careline/domain"
import type { KeyEncryption } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { copyFile, readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { FileBlobStore } from "../../src/index.ts"
import * as Folder from "../../src/blobs/Folder.ts"
import { freshDirectory, keysOf, optionsFor } from "../support.ts"

const voice = BlobKey.make("north/voice")
const picture = BlobKey.make("north/picture")
const words = "the patient is called Canary McSecret"

const storeAt = (directory: string, encryption: KeyEncryption.KeyEncryption | null) =>
  FileBlobStore.make({ ...optionsFor(directory), encryption })

const put = (store: FileBlobStore.FileBlobs, key: BlobKey, text = words) =>
  store.put(key, { bytes: Buffer.from(text), contentType: "text/plain" })

const textOf = (store: FileBlobStore.FileBlobs, key: BlobKey) =>
  Effect.map(store.get(key), (found) => Option.map(found, ({ bytes }) => Buffer.from(bytes).toString()))

const everything = (directory: string) =>
  Effect.promise(async () => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n")
  })

describe("An encrypted directory", () => {
  it.effect("has no word of what is kept in it, and gives it back", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const store = yield* storeAt(directory, keysOf("current"))
      yield* put(store, voice)
      assert.notInclude(yield* everything(directory), "Canary")
      assert.deepStrictEqual(yield* textOf(store, voice), Option.some(words))
    })
  )

  it.effect("opens no file that was put in another one's place, nor without its key", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      const store = yield* storeAt(directory, keysOf("current"))
      yield* put(store, voice)
      yield* put(store, picture, "a picture")
      yield* Effect.promise(() =>
        copyFile(Folder.placeOf(directory, voice).file, Folder.placeOf(directory, picture).file)
      )
      assert.isTrue((yield* Effect.exit(store.get(picture)))._tag === "Failure")
      for (const keys of [null, keysOf("another")]) {
        assert.isTrue((yield* Effect.exit((yield* storeAt(directory, keys)).get(voice)))._tag === "Failure")
      }
    })
  )

  it.effect("is encrypted anew under another key while it is read, and what was not encrypted is", () =>
    Effect.gen(function* () {
      const directory = yield* freshDirectory
      yield* put(yield* storeAt(directory, null), picture, "Canary in the open")
      const before = yield* storeAt(directory, keysOf("old"))
      yield* put(before, voice)
      const after = yield* storeAt(directory, keysOf("new", "old"))
      const [changed] = yield* Effect.all([after.reencrypt, textOf(before, voice)], { concurrency: 2 })
      assert.strictEqual(changed, 2)
      assert.strictEqual(yield* after.reencrypt, 0)
      assert.notInclude(yield* everything(directory), "Canary")
      const alone = yield* storeAt(directory, keysOf("new"))
      assert.deepStrictEqual(yield* textOf(alone, voice), Option.some(words))
      assert.deepStrictEqual(yield* textOf(alone, picture), Option.some("Canary in the open"))
    })
  )
})
