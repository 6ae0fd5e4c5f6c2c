/**
 * A server that somebody else wrote reads our requests and links as we mean them. It keeps no checksum, no encryption and
 * no order of what comes at once, and reads no apostrophe or parenthesis in a link: the contract is tested against a stricter one.
 */
import S3rver from "@20minutes/s3rver"
import { BlobKey } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { S3BlobStore } from "../src/index.ts"
import { optionsFor } from "./support/options.ts"

const key = BlobKey.make("calls/1/recording")
const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)

const serving = Effect.acquireRelease(
  Effect.promise(async () => {
    const directory = await mkdtemp(join(tmpdir(), "careline-s3rver-"))
    const server = new S3rver({
      address: "127.0.0.1",
      port: 0,
      silent: true,
      directory,
      vhostBuckets: false,
      configureBuckets: [{ name: "recordings" }]
    })
    const { port } = await server.run()
    return { directory, server, url: `http://127.0.0.1:${port}` }
  }),
  ({ directory, server }) =>
    Effect.promise(async () => {
      server.httpServer.closeAllConnections()
      await server.close()
      await rm(directory, { recursive: true, force: true })
    })
)

const storeAt = Effect.map(serving, ({ url }) => ({
  ...optionsFor(url),
  // The only account that it knows.
  credentials: { accessKeyId: "S3RVER", secretAccessKey: Redacted.make("S3RVER") }
}))

describe("A server that somebody else wrote", () => {
  it.live("keeps, gives and removes", () =>
    Effect.gen(function* () {
      const { get, put, remove } = yield* S3BlobStore.make(yield* storeAt)
      const info = yield* put(key, { bytes, contentType: "audio/wav" })
      assert.deepStrictEqual(Option.getOrThrow(yield* get(key)), { info, bytes })
      yield* remove(key)
      assert.isTrue(Option.isNone(yield* get(key)))
    })
  )

  it.live("serves our links, and none that were altered", () =>
    Effect.gen(function* () {
      const { link, put } = yield* S3BlobStore.make(yield* storeAt)
      yield* put(key, { bytes, contentType: "audio/wav" })
      const url = yield* link(key, { expiresInMillis: 60_000, fileName: "call 1.mp3", contentType: "audio/mpeg" })
      const answer = yield* Effect.promise(() => fetch(url))
      const { headers, status } = answer
      assert.deepStrictEqual(
        [status, headers.get("content-type"), headers.get("content-disposition"), headers.get("cache-control")],
        [200, "audio/mpeg", 'inline; filename="call 1.mp3"', "no-store"]
      )
      assert.deepStrictEqual(new Uint8Array(yield* Effect.promise(() => answer.arrayBuffer())), bytes)
      const altered = yield* Effect.promise(() => fetch(url.replace("audio%2Fmpeg", "text%2Fhtml")))
      assert.strictEqual(altered.status, 403)
    })
  )

  it.live("refuses whoever has another secret", () =>
    Effect.gen(function* () {
      const options = yield* storeAt
      const { put } = yield* S3BlobStore.make({
        ...options,
        credentials: { ...options.credentials, secretAccessKey: Redacted.make("another") }
      })
      const error = yield* Effect.flip(put(key, { bytes, contentType: "audio/wav" }))
      assert.strictEqual(error.message, "blobs.put: HTTP 403 SignatureDoesNotMatch")
    })
  )
})
