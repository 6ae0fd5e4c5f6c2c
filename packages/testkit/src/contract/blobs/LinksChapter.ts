/** The chapter "Links" of the blob store contract. */
import { BlobStore, MAX_LINK_MILLIS } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"
import { BlobStoreUnderTest } from "./Subject.ts"

const DAY = 24 * 60 * Given.MINUTE

/** Another last character. No encoding reads a digit in the place of another one as the same. */
const changed = (value: string): string => value.slice(0, -1) + (value.endsWith("1") ? "2" : "1")

/** The link with each of its parameters changed, left out, and said twice with another value. */
const alterations = (url: string): ReadonlyArray<readonly [what: string, altered: string]> => {
  const withQuery = (change: (query: URLSearchParams) => void) => {
    const altered = new URL(url)
    change(altered.searchParams)
    return altered.href
  }
  return [...new URL(url).searchParams].flatMap(([name, value]) => [
    [`${name} changed`, withQuery((query) => query.set(name, changed(value)))],
    [`${name} left out`, withQuery((query) => query.delete(name))],
    [`${name} said again`, withQuery((query) => query.append(name, changed(value)))]
  ])
}

/** The link on another key of the same length, by an author who sees only URLs. */
const onKey = (url: string, from: string, to: string): string => {
  assert.include(url, from, "a link that does not show its key has to be tested in its own way")
  return url.replaceAll(from, to)
}

const aged = (link: Effect.Effect<string, unknown, BlobStore>, byMillis: number) =>
  Effect.gen(function* () {
    const blobs = yield* BlobStore
    const store = yield* BlobStoreUnderTest
    return yield* store.aged(Effect.orDie(Effect.provideService(link, BlobStore, blobs)), byMillis)
  })

export const linksChapter: Chapter = {
  chapter: "Links",
  tests: [
    test("MUST serve exactly the bytes, as the type that the link names, and set no cookie", function* () {
      const { bytes, key } = yield* Given.kept(300_000, "application/octet-stream")
      const { headers } = yield* Given.serves(yield* Given.link(key, { contentType: "Audio/MPEG; rate=1" }), bytes)
      assert.strictEqual(headers.get("content-type"), "audio/mpeg")
      assert.strictEqual(headers.get("content-length"), "300000")
      assert.isEmpty(headers.getSetCookie())
    }),

    test("MUST tell whoever serves and shows it to keep no copy, on a shared machine least of all", function* () {
      const { bytes, key } = yield* Given.kept()
      const { headers } = yield* Given.serves(yield* Given.link(key), bytes)
      assert.match(headers.get("cache-control") ?? "", /(^|,)\s*no-store\s*(,|$)/i)
    }),

    test("MUST serve content without a byte", function* () {
      const { bytes, key } = yield* Given.kept(0)
      yield* Given.serves(yield* Given.link(key), bytes)
    }),

    test("MUST serve by an older link what was put since", function* () {
      const { put, remove } = yield* BlobStore
      const key = yield* Given.freshKey
      const url = yield* Given.link(key)
      assert.strictEqual((yield* Given.follow(url)).status, 404)
      for (const bytes of [Given.bytesOf(100), Given.bytesOf(50)]) {
        yield* put(key, { bytes, contentType: "audio/wav" })
        yield* Given.serves(url, bytes)
      }
      yield* remove(key)
      const gone = yield* Given.follow(url)
      assert.strictEqual(gone.status, 404)
    }),

    test("MUST refuse a link that was altered in any of its parts", function* () {
      const { bytes, key } = yield* Given.kept()
      const url = yield* Given.link(key)
      yield* Effect.forEach(alterations(url), ([what, altered]) => Given.refuses(altered, bytes, what), {
        concurrency: 4
      })
      yield* Given.serves(url, bytes)
    }),

    test("MUST refuse a link to one key for another one", function* () {
      const { key } = yield* Given.kept()
      const other = yield* Given.kept()
      const url = yield* Given.link(key)
      yield* Given.refuses(onKey(url, key, other.key), other.bytes, "another key")
      yield* Given.refuses(onKey(url, key, `${key}1`), other.bytes, "a key that does not exist")
    }),

    test("MUST refuse a link without its parameters", function* () {
      const { bytes, key } = yield* Given.kept()
      const url = new URL(yield* Given.link(key))
      // A store whose links have no parameters has nothing that could be left out.
      if (url.search !== "") yield* Given.refuses(url.origin + url.pathname, bytes, "no parameters")
    }),

    test("MUST serve until a link expires, and refuse it from then on", function* () {
      const { bytes, key } = yield* Given.kept()
      const link = Given.link(key, { expiresInMillis: 30 * Given.MINUTE })
      yield* Given.serves(yield* aged(link, 28 * Given.MINUTE), bytes)
      yield* Given.refuses(yield* aged(link, 32 * Given.MINUTE), bytes, "expired")
    }),

    test("MUST let a link expire after the longest time, whatever was asked for", function* () {
      const { bytes, key } = yield* Given.kept()
      const link = Given.link(key, { expiresInMillis: 400 * DAY })
      yield* Given.serves(yield* aged(link, MAX_LINK_MILLIS - 10 * Given.MINUTE), bytes)
      yield* Given.refuses(yield* aged(link, MAX_LINK_MILLIS + 10 * Given.MINUTE), bytes, "older than the longest time")
    })
  ]
}
