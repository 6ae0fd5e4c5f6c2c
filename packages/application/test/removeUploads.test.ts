/** Files that staff upload: a message's for good, or gone after a day. */
import { Attachment, type UserId } from "@careline/domain"
import { BlobStore, MediaUploads, TelephonyProviders, Transaction } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { addLine, noon, north, nurse, receive } from "./support/lineWorld.ts"

const DAY = Application.Limits.defaults.uploadKept

const world = Layer.mergeAll(TelephonyProviders.layer, Memory.layerBlobStore).pipe(Layer.provideMerge(Memory.layer))

const administrator: Application.Actor = { userId: "administrator" as UserId, scope: "all" }

const play = <E>(effect: Effect.Effect<void, E, Layer.Success<typeof world>>) =>
  TestClock.setTime(noon).pipe(
    Effect.andThen(Application.createSiteGrouping(administrator, { id: north, name: "North" })),
    Effect.andThen(effect),
    Effect.provide(world)
  )

const form = new TextEncoder().encode("Please bring your insurance card.")

const upload = (actor = nurse) =>
  Effect.map(Application.uploadMedia(actor, north, { bytes: form, contentType: "text/plain" }), ({ url }) => url)

const isKept = (url: string) =>
  Effect.flatMap(BlobStore, (blobs) => Effect.map(blobs.get(Attachment.keyOf(url)!), Option.isSome))

/** A thread that may be answered. */
const thread = Effect.gen(function* () {
  yield* addLine
  yield* receive("Could you send me the form?")
  const { items } = yield* Application.listThreads(nurse, { view: "inbox", limit: 10, cursor: null })
  return items[0]!.thread.id
})

const send = Effect.fnUntraced(function* (threadId: Effect.Success<typeof thread>, url: string) {
  return yield* Application.sendMessage(nurse, { threadId, content: "", mediaUrls: [url], idempotencyKey: null })
})

describe("An upload", () => {
  it.effect("that no message took is gone after a day, and cannot be sent any more", () =>
    play(
      Effect.gen(function* () {
        const threadId = yield* thread
        const url = yield* upload()
        yield* TestClock.adjust(DAY)
        assert.strictEqual(yield* Application.removeUploads(), 0)
        assert.isTrue(yield* isKept(url))
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* Application.removeUploads(), 1)
        assert.isFalse(yield* isKept(url))
        assert.strictEqual((yield* Effect.flip(send(threadId, url)))._tag, "InvalidRequest")
        assert.strictEqual(yield* Application.removeUploads(), 0)
      })
    )
  )

  it.effect("that a message took stays with it, for every message that names it", () =>
    play(
      Effect.gen(function* () {
        const threadId = yield* thread
        const url = yield* upload()
        yield* send(threadId, url)
        yield* TestClock.adjust(2 * DAY)
        assert.strictEqual(yield* Application.removeUploads(), 0)
        assert.isTrue(yield* isKept(url))
      })
    )
  )

  it.effect("that a refused message named waits for another one", () =>
    play(
      Effect.gen(function* () {
        const threadId = yield* thread
        const url = yield* upload()
        yield* receive("STOP")
        yield* TestClock.adjust(DAY - 1)
        assert.strictEqual((yield* Effect.flip(send(threadId, url)))._tag, "SendRefused")
        yield* TestClock.adjust(2)
        assert.strictEqual(yield* Application.removeUploads(), 0)
        assert.isTrue(yield* isKept(url))
        yield* TestClock.adjust(DAY)
        assert.strictEqual(yield* Application.removeUploads(), 1)
      })
    )
  )

  it.effect("is never removed from under the message that takes it, whichever comes first", () =>
    play(
      Effect.gen(function* () {
        const threadId = yield* thread
        for (let round = 0; round < 20; round++) {
          const url = yield* upload()
          yield* TestClock.adjust(DAY + 1)
          const [sent] = yield* Effect.all([Effect.result(send(threadId, url)), Application.removeUploads()], {
            concurrency: "unbounded"
          })
          if (sent._tag === "Success") assert.isTrue(yield* isKept(url))
          else assert.isFalse(yield* isKept(url))
        }
      })
    )
  )

  it.effect("that cannot be removed is removed the next time, and is not sent in between", () =>
    play(
      Effect.gen(function* () {
        const threadId = yield* thread
        const url = yield* upload()
        yield* TestClock.adjust(DAY + 1)
        const blobs = yield* BlobStore
        const stuck = { ...blobs, remove: () => Effect.die("the disk is away") }
        assert.strictEqual(yield* Effect.provideService(Application.removeUploads(), BlobStore, stuck), 0)
        assert.strictEqual((yield* Effect.flip(send(threadId, url)))._tag, "InvalidRequest")
        assert.strictEqual(yield* Application.removeUploads(), 1)
        assert.isFalse(yield* isKept(url))
      })
    )
  )

  it.effect("is refused to a user who has as many waiting as they may, and to nobody else", () =>
    play(
      Effect.gen(function* () {
        const limits = { ...Application.Limits.defaults, uploadsPerUser: 2 }
        const limited = Effect.provideService(upload(), Application.Limits.Limits, limits)
        const threadId = yield* thread
        const first = yield* limited
        yield* limited
        assert.strictEqual((yield* Effect.flip(limited))._tag, "TooManyUploads")
        const colleague = { ...nurse, userId: "colleague" as UserId }
        yield* Effect.provideService(upload(colleague), Application.Limits.Limits, limits)
        yield* send(threadId, first)
        yield* limited
        const bytes = { ...limits, uploadsPerUser: 100, uploadBytesPerUser: 3 * form.length - 1 }
        const large = Effect.provideService(upload(), Application.Limits.Limits, bytes)
        assert.strictEqual((yield* Effect.flip(large))._tag, "TooManyUploads")
      })
    )
  )

  it.effect("that was never kept leaves nothing behind but a line that is removed", () =>
    play(
      Effect.gen(function* () {
        const blobs = yield* BlobStore
        const full = { ...blobs, put: () => Effect.die("the disk is full") }
        yield* Effect.exit(Effect.provideService(upload(), BlobStore, full))
        yield* TestClock.adjust(DAY + 1)
        assert.strictEqual(yield* Application.removeUploads(), 1)
        const { transact } = yield* Transaction
        const left = yield* MediaUploads
        assert.isEmpty(yield* transact(left.expire({ before: yield* DateTime.now, limit: 10 })))
      })
    )
  )
})
