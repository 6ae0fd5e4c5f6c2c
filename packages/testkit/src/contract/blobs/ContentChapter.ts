/** The chapter "Content" of the blob store contract. */
import { BlobStore, MediaType } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"

const MEGABYTE = 1024 * 1024

const roundTrip = Effect.fnUntraced(function* (bytes: Uint8Array) {
  const { put } = yield* BlobStore
  const key = yield* Given.freshKey
  yield* put(key, { bytes, contentType: "audio/wav" })
  Given.sameBytes(yield* Given.bytesAt(key), bytes)
})

/** What looks like lines, headers or text in some encoding, and is not. */
const awkward = [
  Uint8Array.from({ length: 256 }, (_, value) => value),
  ...["\n", "\r\n\r\n", '{"size":1}\n', "\0\0\0", "\uFEFFtext", "--boundary\r\n"].map((text) =>
    new TextEncoder().encode(text)
  )
]

export const contentChapter: Chapter = {
  chapter: "Content",
  tests: [
    ...[0, 1, 5 * MEGABYTE].map((size) =>
      test(`MUST give back what was put, byte for byte: ${size} bytes`, function* () {
        yield* roundTrip(Given.bytesOf(size))
      })
    ),

    test("MUST give back any bytes as they are", function* () {
      yield* Effect.forEach(awkward, roundTrip)
      yield* Effect.forEach(
        Array.from({ length: 10 }, () => Given.bytesOf(Math.floor(Math.random() * 70_000))),
        roundTrip
      )
    }),

    test("MUST say size, SHA-256 and media type, when it is put and when it is got", function* () {
      const { get, put } = yield* BlobStore
      const key = yield* Given.freshKey
      const bytes = Given.bytesOf(1234)
      const info = { key, contentType: "image/jpeg", size: 1234, sha256: Given.sha256Of(bytes) }
      assert.deepStrictEqual(yield* put(key, { bytes, contentType: "image/jpeg" }), info)
      assert.deepStrictEqual(Option.getOrThrow(yield* get(key)).info, info)
    }),

    test("MUST keep a media type without its parameters, and what is none as bytes of unknown kind", function* () {
      const { get, put } = yield* BlobStore
      const given = [
        ["Audio/WAV; codec=1", "audio/wav"],
        ["audio/wav\r\nset-cookie: a=b", MediaType.UNKNOWN],
        ["", MediaType.UNKNOWN]
      ] as const
      for (const [contentType, expected] of given) {
        const key = yield* Given.freshKey
        const answered = yield* put(key, { bytes: Given.bytesOf(10), contentType })
        const { info } = Option.getOrThrow(yield* get(key))
        assert.deepStrictEqual([answered.contentType, info.contentType], [expected, expected])
      }
    }),

    test("MUST replace what was there by what is put again, longer or shorter", function* () {
      const { get, put } = yield* BlobStore
      const { key } = yield* Given.kept(5000)
      for (const size of [100, 9000]) {
        const bytes = Given.bytesOf(size)
        const info = yield* put(key, { bytes, contentType: "image/png" })
        const found = Option.getOrThrow(yield* get(key))
        Given.sameBytes(found.bytes, bytes)
        assert.deepStrictEqual(found.info, info)
      }
    }),

    test("MUST keep what was given when it was given, whatever becomes of the caller's array", function* () {
      const { put } = yield* BlobStore
      const key = yield* Given.freshKey
      const bytes = Given.bytesOf(100)
      const before = bytes.slice()
      yield* put(key, { bytes, contentType: "audio/wav" })
      bytes.fill(0)
      const found = yield* Given.bytesAt(key)
      Given.sameBytes(found, before)
      found.fill(0)
      Given.sameBytes(yield* Given.bytesAt(key), before)
    }),

    test("MUST leave one whole content after many puts of a key at once", function* () {
      const { get, put } = yield* BlobStore
      const key = yield* Given.freshKey
      const contents = Array.from({ length: 8 }, (_, index) => Given.bytesOf(200_000 + index * 50_000))
      const infos = yield* Effect.forEach(contents, (bytes) => put(key, { bytes, contentType: "audio/wav" }), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(
        infos.map(({ sha256 }) => sha256),
        contents.map(Given.sha256Of)
      )
      const { bytes, info } = Option.getOrThrow(yield* get(key))
      assert.strictEqual(info.sha256, Given.sha256Of(bytes))
      assert.include(contents.map(Given.sha256Of), info.sha256)
    }),

    test("MUST give whole contents while others are put", function* () {
      const { get, put } = yield* BlobStore
      const { bytes, key } = yield* Given.kept(300_000)
      const other = Given.bytesOf(600_000)
      const written = Effect.forEach([other, bytes, other, bytes], (next) =>
        put(key, { bytes: next, contentType: "audio/wav" })
      )
      const read = Effect.replicateEffect(get(key), 8)
      const [, found] = yield* Effect.all([written, read], { concurrency: "unbounded" })
      for (const one of found) {
        const sha256 = Given.sha256Of(Option.getOrThrow(one).bytes)
        assert.include([Given.sha256Of(bytes), Given.sha256Of(other)], sha256)
      }
    })
  ]
}
