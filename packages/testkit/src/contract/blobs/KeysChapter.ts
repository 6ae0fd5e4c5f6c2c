/** The chapter "Keys" of the blob store contract. */
import { BlobStore } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"

/** Ends of keys that a folder, a prefix or a file system without case would mix up. */
const ends = ["", "/a", "/A", "/a/a", "/a_", "/a-", "-a", "_a", "a", "/a_a", "/a-a", "/aa", "/con"]

export const keysChapter: Chapter = {
  chapter: "Keys",
  tests: [
    test("MUST have nothing under a key that was never kept", function* () {
      const { get } = yield* BlobStore
      assert.isTrue(Option.isNone(yield* get(yield* Given.freshKey)))
    }),

    test("MUST have nothing under a key that was removed, until it is put again", function* () {
      const { get, put, remove } = yield* BlobStore
      const { bytes, key } = yield* Given.kept()
      yield* remove(key)
      assert.isTrue(Option.isNone(yield* get(key)))
      yield* put(key, { bytes, contentType: "audio/wav" })
      Given.sameBytes(yield* Given.bytesAt(key), bytes)
    }),

    test("MUST take the removal of what is not there for done", function* () {
      const { remove } = yield* BlobStore
      const { key } = yield* Given.kept()
      yield* remove(key)
      yield* remove(key)
      yield* remove(yield* Given.freshKey)
    }),

    test("MUST keep apart keys that differ only in a part", function* () {
      const { get, put, remove } = yield* BlobStore
      const first = yield* Given.freshKey
      const keys = yield* Effect.forEach(ends, (end) => Given.key(`${first}${end}`))
      const contentOf = (key: string) => new TextEncoder().encode(`what is under ${key}`)
      yield* Effect.forEach(keys, (key) => put(key, { bytes: contentOf(key), contentType: "image/png" }))
      for (const key of keys) Given.sameBytes(yield* Given.bytesAt(key), contentOf(key))
      for (const [index, key] of keys.entries()) {
        yield* remove(key)
        assert.isTrue(Option.isNone(yield* get(key)), key)
        for (const left of keys.slice(index + 1)) Given.sameBytes(yield* Given.bytesAt(left), contentOf(left))
      }
    }),

    test("MUST keep things under the longest keys, in one part or in many", function* () {
      const { put } = yield* BlobStore
      const first = yield* Given.freshKey
      const many = yield* Given.key(`${first}${"/a".repeat(100)}`.slice(0, 199))
      const one = yield* Given.key(`${first}-`.padEnd(200, "a"))
      for (const key of [many, one]) {
        const bytes = Given.bytesOf(10)
        yield* put(key, { bytes, contentType: "audio/wav" })
        Given.sameBytes(yield* Given.bytesAt(key), bytes)
        yield* Given.serves(yield* Given.link(key), bytes)
      }
    })
  ]
}
