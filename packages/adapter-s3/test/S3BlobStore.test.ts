/** What S3 adds to the contract: what goes over the wire, and what its answers mean. */
import { BlobKey } from "@careline/domain"
import type { StorageError } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { type S3BlobOptions, S3BlobStore } from "../src/index.ts"
import { MAX_ATTEMPTS } from "../src/S3BlobOptions.ts"
import { NOWHERE, optionsFor } from "./support/options.ts"
import * as S3Server from "./support/S3Server.ts"

const key = BlobKey.make("calls/canary-key")
const content = { bytes: new TextEncoder().encode("canary: one recording"), contentType: "audio/wav" }
const SHA256 = "PqIPex0XuomoTg/zHmSqjuqSqGc1gkSP/Hi8VRa4on8="

const given = Effect.fnUntraced(function* (change: Partial<S3BlobOptions> = {}) {
  const server = yield* S3Server.scoped
  return { server, blobs: yield* S3BlobStore.make(optionsFor(server.url, change)) }
})

/** How it failed, after a look at whether anything is in the error that should not be. */
const failing = <A>(effect: Effect.Effect<A, StorageError>) =>
  Effect.map(Effect.flip(effect), (error) => {
    assert.notInclude(`${error.message} ${JSON.stringify(error)} ${String(error.stack)}`, "canary")
    return [error.reason._tag, error.message]
  })

describe("S3", () => {
  const encryptions = [
    ["AES256", "AES256", undefined],
    [{ kmsKeyId: "key-1" }, "aws:kms", "key-1"],
    ["none", undefined, undefined]
  ] as const
  it.live.each(encryptions)("is asked to encrypt: %j", ([encryption, header, kmsKey]) =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given({ encryption })
      yield* blobs.put(key, content)
      const [{ headers } = assert.fail("nothing was sent")] = server.sent
      assert.deepStrictEqual(
        [headers["x-amz-server-side-encryption"], headers["x-amz-server-side-encryption-aws-kms-key-id"]],
        [header, kmsKey]
      )
    })
  )

  it.live("gets the bytes as they are, with their SHA-256, and under the prefix", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given({ keyPrefix: "careline/" })
      const { sha256 } = yield* blobs.put(key, content)
      assert.strictEqual(server.sent.length, 1)
      const { headers, url } = server.sent[0]!
      assert.strictEqual(url.split("?")[0], `/${S3Server.BUCKET}/careline/${key}`)
      assert.deepInclude(headers, {
        "content-length": String(content.bytes.length),
        "content-type": "audio/wav",
        "x-amz-checksum-sha256": SHA256,
        "x-amz-meta-sha256": sha256
      })
      assert.isUndefined(headers["content-encoding"])
      assert.strictEqual(Buffer.from(sha256, "hex").toString("base64"), SHA256)
      yield* blobs.remove(key)
      assert.strictEqual(server.kept.size, 0)
    })
  )

  it.live("is read again where it does not say that it compared the checksum", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      server.checksums = false
      yield* blobs.put(key, content)
      assert.deepStrictEqual(
        server.sent.map(({ method }) => method),
        ["PUT", "GET"]
      )
    })
  )

  it.live("that keeps something else is found out", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      server.checksums = false
      const { set } = server.kept
      server.kept.set = (at, kept) => set.call(server.kept, at, { ...kept, bytes: Buffer.from("something else") })
      const expected = ["StoreFault", "blobs.put: the content is not the one that was kept"]
      assert.deepStrictEqual(yield* failing(blobs.put(key, content)), expected)
      server.checksums = true
      yield* blobs.put(key, content)
      const later = ["StoreFault", "blobs.get: the content is not the one that was kept"]
      assert.deepStrictEqual(yield* failing(blobs.get(key)), later)
    })
  )

  it.live("gives what somebody else put there, with nothing to hold it against", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      server.kept.set(key, { bytes: Buffer.from("theirs"), headers: { "content-type": "Image/PNG; a=b" } })
      const { bytes, info } = Option.getOrThrow(yield* blobs.get(key))
      assert.strictEqual(Buffer.from(bytes).toString(), "theirs")
      assert.strictEqual(info.contentType, "image/png")
    })
  )

  it.live("is tried again while it is busy, and no more often than that", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      const busy = { status: 503, code: "SlowDown" }
      server.next.push(busy, "reset")
      yield* blobs.put(key, content)
      assert.strictEqual(server.sent.length, 3)
      server.next.push(...Array.from({ length: MAX_ATTEMPTS }, () => busy))
      assert.deepStrictEqual(yield* failing(blobs.get(key)), ["StoreUnavailable", "blobs.get: HTTP 503 SlowDown"])
      assert.strictEqual(server.sent.length, 3 + MAX_ATTEMPTS)
      assert.isTrue(Option.isSome(yield* blobs.get(key)))
    })
  )

  const answers = [
    [403, "AccessDenied", "StoreFault"],
    [403, "InvalidAccessKeyId", "StoreFault"],
    [404, "NoSuchBucket", "StoreFault"],
    [400, "InvalidRequest", "StoreFault"],
    [400, "ExpiredToken", "StoreUnavailable"],
    [403, "RequestTimeTooSkewed", "StoreUnavailable"],
    [409, "OperationAborted", "StoreUnavailable"],
    [429, "TooManyRequests", "StoreUnavailable"],
    [500, "InternalError", "StoreUnavailable"],
    [503, "ServiceUnavailable", "StoreUnavailable"]
  ] as const
  it.live.each(answers)("that answers %d %s is a %s", ([status, code, tag]) =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      server.next.push(...Array.from({ length: MAX_ATTEMPTS }, () => ({ status, code })))
      assert.deepStrictEqual(yield* failing(blobs.put(key, content)), [tag, `blobs.put: HTTP ${status} ${code}`])
    })
  )

  it.live("that breaks off, hangs or is not there is unavailable", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given({ timeoutMillis: 2000 })
      server.next.push("reset", "reset", "reset")
      assert.deepStrictEqual(yield* failing(blobs.get(key)), ["StoreUnavailable", "blobs.get: ECONNRESET"])
      server.next.push("hang")
      const [tag] = yield* failing(blobs.remove(key))
      assert.strictEqual(tag, "StoreUnavailable")
      const gone = yield* S3BlobStore.make(optionsFor(NOWHERE))
      assert.deepStrictEqual(yield* failing(gone.get(key)), ["StoreUnavailable", "blobs.get: ECONNREFUSED"])
    })
  )

  it.live("signs links for a second at least, and for no longer than it may", () =>
    Effect.gen(function* () {
      const { blobs } = yield* given()
      const secondsFor = (expiresInMillis: number) =>
        Effect.map(blobs.link(key, { expiresInMillis, fileName: "a.wav", contentType: "audio/wav" }), (url) =>
          new URL(url).searchParams.get("X-Amz-Expires")
        )
      const asked = [0, 1, 1500, 60_000, 400 * 24 * 60 * 60 * 1000]
      assert.deepStrictEqual(yield* Effect.forEach(asked, secondsFor), ["1", "1", "2", "60", "604800"])
    })
  )

  it.live("signs links without asking anybody, and shows no secret in them", () =>
    Effect.gen(function* () {
      const { blobs, server } = yield* given()
      const url = yield* blobs.link(key, { expiresInMillis: 1000, fileName: "a.wav", contentType: "audio/wav" })
      assert.isEmpty(server.sent)
      assert.notInclude(url, S3Server.account.secretAccessKey)
    })
  )
})
