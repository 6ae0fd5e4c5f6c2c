/** What a browser gets from a link: headers, parts, refusals, and nothing that it would run or keep signed in. */
import { BlobKey } from "@careline/domain"
import type { BlobAnswer } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { rmSync } from "node:fs"
import { FileBlobStore } from "../../src/index.ts"
import { freshDirectory, optionsFor, SECRET } from "../support.ts"

const key = BlobKey.make("recordings/1")
const bytes = new TextEncoder().encode("0123456789")
const SHA256 = "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"
const ETAG = `"${SHA256}"`

const given = Effect.gen(function* () {
  const directory = yield* freshDirectory
  const blobs = yield* FileBlobStore.make(optionsFor(directory))
  yield* blobs.put(key, { bytes, contentType: "audio/wav" })
  const linkTo = (to: BlobKey) =>
    Effect.map(blobs.link(to, { expiresInMillis: 60_000, fileName: "a.wav", contentType: "audio/wav" }), (url) =>
      url.slice(new URL(url).origin.length)
    )
  const target = yield* linkTo(key)
  const ask = (headers: Readonly<Record<string, string>> = {}, method = "GET", at = target) =>
    blobs.serve({ method, target: at, headers })
  return { ask, blobs, directory, linkTo, target }
})

const textOf = ({ body }: BlobAnswer): string => new TextDecoder().decode(body ?? new Uint8Array())

const guarded = {
  "content-security-policy": "sandbox; default-src 'none'",
  "cross-origin-resource-policy": "cross-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

describe("A link", () => {
  it.effect("is answered with these headers, and no others", () =>
    Effect.gen(function* () {
      const { ask } = yield* given
      const answer = yield* ask({ cookie: "session=1" })
      assert.deepStrictEqual(answer, {
        status: 200,
        headers: {
          ...guarded,
          "cache-control": "no-store",
          "accept-ranges": "bytes",
          "content-type": "audio/wav",
          "content-disposition": 'inline; filename="a.wav"',
          "content-length": "10",
          etag: ETAG
        },
        body: bytes
      })
      assert.deepStrictEqual(yield* ask({}, "HEAD"), { ...answer, body: null })
    })
  )

  const parts = [
    ["bytes=0-0", "bytes 0-0/10", "0"],
    ["bytes=2-", "bytes 2-9/10", "23456789"],
    ["bytes=-3", "bytes 7-9/10", "789"],
    ["bytes=-300", "bytes 0-9/10", "0123456789"],
    ["bytes=8-99999999999999999999", "bytes 8-9/10", "89"],
    ["Bytes= 1-2 ", "bytes 1-2/10", "12"]
  ] as const
  it.effect.each(parts)("serves %s", ([range, contentRange, text]) =>
    Effect.gen(function* () {
      const { ask } = yield* given
      const answer = yield* ask({ range })
      assert.strictEqual(answer.status, 206)
      assert.deepInclude(answer.headers, { "content-range": contentRange, "content-length": String(text.length) })
      assert.strictEqual(textOf(answer), text)
    })
  )

  it.effect.each(["bytes=0-1,3-4", "bytes=5-2", "bytes=-", "bytes=a-b", "items=0-1", "bytes 0-1", ""])(
    "serves the whole for %j, which is no single part",
    (range) =>
      Effect.gen(function* () {
        const { ask } = yield* given
        const answer = yield* ask({ range })
        assert.strictEqual(answer.status, 200)
        assert.strictEqual(textOf(answer), "0123456789")
      })
  )

  it.effect.each(["bytes=10-", "bytes=10-12", "bytes=-0"])("has no bytes for %s", (range) =>
    Effect.gen(function* () {
      const { ask } = yield* given
      const answer = yield* ask({ range })
      assert.strictEqual(answer.status, 416)
      assert.strictEqual(answer.headers["content-range"], "bytes */10")
    })
  )

  it.effect("serves a part only of the content that the reader began with", () =>
    Effect.gen(function* () {
      const { ask } = yield* given
      assert.strictEqual((yield* ask({ range: "bytes=0-1", "if-range": ETAG })).status, 206)
      for (const other of [`"${"0".repeat(64)}"`, `W/${ETAG}`, "Mon, 02 Mar 2026 09:30:00 GMT"]) {
        assert.strictEqual((yield* ask({ range: "bytes=0-1", "if-range": other })).status, 200, other)
      }
      assert.strictEqual((yield* ask({ range: "bytes=0-1" }, "HEAD")).status, 200)
    })
  )

  it.effect("is not sent again to who has it", () =>
    Effect.gen(function* () {
      const { ask } = yield* given
      for (const known of [ETAG, `W/${ETAG}`, `"other", ${ETAG}`, "*"]) {
        const answer = yield* ask({ "if-none-match": known })
        assert.deepStrictEqual([answer.status, answer.body], [304, null], known)
      }
      assert.strictEqual((yield* ask({ "if-none-match": '"other"' })).status, 200)
    })
  )

  it.effect("is only for reading, and says what is", () =>
    Effect.gen(function* () {
      const { ask } = yield* given
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"]) {
        const { headers, status } = yield* ask({}, method)
        assert.deepStrictEqual([status, headers.allow], [405, "GET, HEAD"], method)
      }
    })
  )

  it.effect("leads nowhere else: not to other paths, and not out of the directory", () =>
    Effect.gen(function* () {
      const { ask, target } = yield* given
      const query = target.slice(target.indexOf("?"))
      for (const path of [
        "/",
        "/blobs",
        "/other/recordings/1",
        "//blobs/recordings/1",
        "/blobs/../etc/passwd",
        "*",
        ""
      ]) {
        assert.strictEqual((yield* ask({}, "GET", path + query)).status, 404, path)
      }
      for (const path of ["/blobs/", "/blobs/%2e%2e%2fpasswd", "/blobs//etc/passwd", "/blobs/a%00", "/blobs/a.wav"]) {
        assert.strictEqual((yield* ask({}, "GET", path + query)).status, 403, path)
      }
    })
  )

  it.effect("is answered in problem details where it is refused", () =>
    Effect.gen(function* () {
      const { ask, blobs, target } = yield* given
      const forged = yield* ask({}, "GET", target.replace("a.wav", "b.wav"))
      yield* blobs.remove(key)
      const gone = yield* ask()
      yield* TestClock.adjust(60_000)
      const expired = yield* ask()
      for (const [answer, status] of [
        [forged, 403],
        [gone, 404],
        [expired, 403]
      ] as const) {
        assert.strictEqual(answer.status, status)
        assert.deepInclude(answer.headers, {
          ...guarded,
          "cache-control": "no-store",
          "content-type": "application/problem+json"
        })
        const problem = JSON.parse(textOf(answer))
        assert.deepInclude(problem, { type: "about:blank", status })
        assert.notInclude(textOf(answer), "recordings")
      }
      const head = yield* ask({}, "HEAD")
      assert.deepStrictEqual({ ...expired, body: null }, head)
    })
  )

  it.effect("is asked for again while the directory is away", () =>
    Effect.gen(function* () {
      const { ask, directory } = yield* given
      rmSync(directory, { recursive: true })
      const { headers, status } = yield* ask()
      assert.deepStrictEqual([status, headers["retry-after"]], [503, "5"])
    })
  )

  it.effect("verifies by every secret while one is rotated, and by none that is gone", () =>
    Effect.gen(function* () {
      const { directory, target } = yield* given
      const statusWith = (...secrets: readonly [string, ...Array<string>]) =>
        Effect.gen(function* () {
          const [first, ...others] = secrets
          const { serve } = yield* FileBlobStore.make({
            ...optionsFor(directory),
            signingSecrets: [Redacted.make(first), ...others.map((one) => Redacted.make(one))]
          })
          return (yield* serve({ method: "GET", target, headers: {} })).status
        })
      assert.deepStrictEqual(
        [yield* statusWith("next", SECRET), yield* statusWith(SECRET), yield* statusWith("next")],
        [200, 200, 403]
      )
    })
  )

  it.effect("begins where the host says, and shows no secret", () =>
    Effect.gen(function* () {
      const blobs = yield* FileBlobStore.make({
        ...optionsFor(yield* freshDirectory, "https://media.example.com/"),
        path: "/files/blobs"
      })
      const url = yield* blobs.link(key, { expiresInMillis: 1000, fileName: "a.wav", contentType: "audio/wav" })
      assert.match(
        url,
        /^https:\/\/media\.example\.com\/files\/blobs\/recordings\/1\?expires=1000&name=a\.wav&type=audio%2Fwav&signature=[0-9a-f]{64}$/
      )
      assert.notInclude(url, SECRET)
    })
  )
})
