/** What the tests of the contract start from. */
import { BlobKey } from "@careline/domain"
import { BlobStore, type StorageError } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect, Option, type Scope } from "effect"
import { createHash, randomBytes, randomUUID } from "node:crypto"
import { BlobStoreUnderTest } from "./Subject.ts"

export const MINUTE = 60_000

/** The key, and nothing left under it after the test: the store may be one that outlives it. */
export const key = (text: string): Effect.Effect<BlobKey, never, BlobStore | Scope.Scope> =>
  Effect.acquireRelease(Effect.succeed(BlobKey.make(text)), (made) =>
    Effect.flatMap(BlobStore, ({ remove }) => Effect.ignore(remove(made)))
  )

/** A key that no other test has, nor another run. */
export const freshKey: Effect.Effect<BlobKey, never, BlobStore | Scope.Scope> = Effect.suspend(() =>
  key(`contract/${randomUUID()}`)
)

export const bytesOf = (size: number): Uint8Array => new Uint8Array(randomBytes(size))

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Something that was put, under a key of its own. */
export const kept = Effect.fnUntraced(function* (size = 1000, contentType = "audio/wav") {
  const made = yield* freshKey
  const bytes = bytesOf(size)
  yield* Effect.flatMap(BlobStore, ({ put }) => put(made, { bytes, contentType }))
  return { key: made, bytes }
})

export const link = (
  at: BlobKey,
  options: { readonly fileName?: string; readonly contentType?: string; readonly expiresInMillis?: number } = {}
): Effect.Effect<string, StorageError, BlobStore> =>
  Effect.flatMap(BlobStore, (blobs) =>
    blobs.link(at, { expiresInMillis: 10 * MINUTE, fileName: "voicemail.wav", contentType: "audio/wav", ...options })
  )

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/** What whoever has the link gets. */
export const follow = (
  url: string,
  headers: Readonly<Record<string, string>> = {}
): Effect.Effect<Answer, never, BlobStoreUnderTest> =>
  Effect.flatMap(BlobStoreUnderTest, (store) =>
    Effect.promise(async () => {
      const response = await store.follow(url, headers)
      return {
        status: response.status,
        headers: response.headers,
        bytes: new Uint8Array(await response.arrayBuffer())
      }
    })
  )

/** A comparison that does not print megabytes. */
export const sameBytes = (actual: Uint8Array, expected: Uint8Array): void => {
  assert.strictEqual(actual.length, expected.length, "bytes")
  assert.strictEqual(sha256Of(actual), sha256Of(expected))
}

/** Whether the one stands anywhere in the other. */
export const holds = (whole: Uint8Array, part: Uint8Array): boolean => Buffer.from(whole).includes(Buffer.from(part))

/** The bytes under a key, which has to hold something. */
export const bytesAt = (at: BlobKey): Effect.Effect<Uint8Array, StorageError, BlobStore> =>
  Effect.map(
    Effect.flatMap(BlobStore, ({ get }) => get(at)),
    (found) => Option.getOrElse(found, () => assert.fail("nothing is kept under the key")).bytes
  )

/** The link serves these bytes. */
export const serves = (url: string, bytes: Uint8Array) =>
  Effect.map(follow(url), (answer) => {
    assert.strictEqual(answer.status, 200)
    sameBytes(answer.bytes, bytes)
    return answer
  })

/** The link is refused, and tells nothing of what it leads to. */
export const refuses = (url: string, bytes: Uint8Array, why: string) =>
  Effect.map(follow(url), (answer) => {
    assert.include([400, 401, 403], answer.status, why)
    assert.isFalse(holds(answer.bytes, bytes), why)
  })
