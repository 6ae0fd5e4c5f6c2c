/** The chapter "Rate buckets" of the repository contract. */
import { TokenBucket } from "@careline/domain"
import { RateBuckets, Transaction } from "@careline/ports"
import { assert } from "@effect/vitest"
import { DateTime, Deferred, Effect, Fiber } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameTokenBuckets } from "../shared/Compare.ts"
import { giveMoment, within } from "../shared/Deadline.ts"
import * as Given from "../shared/Given.ts"

const rate: TokenBucket.Rate = { perSecond: 3, burst: 2 }

const lock = (keys: ReadonlyArray<string>) => Effect.flatMap(RateBuckets, (buckets) => buckets.lock(keys))

const locked = (keys: ReadonlyArray<string>) => Given.transact(lock(keys))

const save = (buckets: ReadonlyArray<TokenBucket.TokenBucket>) =>
  Effect.flatMap(RateBuckets, (port) => port.save(buckets))

/** Buckets that are full again so many milliseconds from now, in the store. */
const saved = Effect.fnUntraced(function* (millis: Readonly<Record<string, number>>) {
  const now = yield* Given.storeNow
  const buckets = Object.entries(millis).map(([key, ahead]) => ({ key, fullAt: DateTime.addDuration(now, ahead) }))
  yield* Given.transact(save(buckets))
  return buckets
})

/** Takes a token of each key that has one, as the application does it, and says how many it took. */
const takeOfEach = Effect.fnUntraced(function* (keys: ReadonlyArray<string>, now: DateTime.Utc) {
  const taken = (yield* lock(keys)).flatMap((bucket) => {
    const one = TokenBucket.take(bucket, rate, now)
    return one._tag === "Taken" ? [one.bucket] : []
  })
  // Gives the others a chance to come between.
  yield* Effect.yieldNow
  yield* save(taken)
  return taken.length
})

export const rateBucketsChapter: Chapter = {
  chapter: "Rate buckets",
  tests: [
    test("MUST take a bucket that was never heard of for full", function* () {
      sameTokenBuckets(yield* locked(["line"]), [TokenBucket.full("line")])
      sameTokenBuckets(yield* locked(["line", "other"]), [TokenBucket.full("line"), TokenBucket.full("other")])
    }),

    test("MUST keep buckets as they are saved, to the millisecond, and as they are saved again", function* () {
      for (const ahead of [1, 333, 86_400_001, 0]) {
        const [bucket] = yield* saved({ "acme/+1202 ’ 💊 %_'": ahead })
        sameTokenBuckets(yield* locked([bucket!.key]), [bucket!])
      }
    }),

    test("MUST answer in the given order, for each that is given", function* () {
      const [b, c] = yield* saved({ b: 2000, c: 1000 })
      const a = TokenBucket.full("a")
      sameTokenBuckets(yield* locked(["c", "a", "b", "c"]), [c!, a, b!, c!])
      sameTokenBuckets(yield* locked(["b", "B", "c"]), [b!, TokenBucket.full("B"), c!])
      assert.deepStrictEqual(yield* locked([]), [])
    }),

    test("MUST let the last of several states of one bucket hold, and leave the others alone", function* () {
      const [a, b] = yield* saved({ a: 1000, b: 2000 })
      const last = { ...a!, fullAt: DateTime.addDuration(a!.fullAt, 5000) }
      yield* Given.transact(save([a!, { ...a!, fullAt: b!.fullAt }, last]))
      yield* Given.transact(save([]))
      sameTokenBuckets(yield* locked(["a", "b"]), [last, b!])
    }),

    test("MUST show a transaction what it saved itself", function* () {
      const now = yield* Given.storeNow
      const taken = yield* Given.transact(Effect.replicateEffect(takeOfEach(["line"], now), 3))
      assert.deepStrictEqual(taken, [1, 1, 0])
    }),

    test("MUST give the tokens back that a failed transaction took", function* () {
      const now = yield* Given.storeNow
      const before = yield* saved({ known: 100 })
      yield* Given.peek(takeOfEach(["known", "new"], now))
      sameTokenBuckets(yield* locked(["known", "new"]), [...before, TokenBucket.full("new")])
    }),

    test("MUST give a token to one of many who take at once, of new buckets as well", function* () {
      yield* saved({ known: 0 })
      const now = yield* Given.storeNow
      const all = ["new", "known", "another"]
      const taken = yield* within(
        Effect.forEach(
          [all, all.toReversed(), ["another", "new"], all, ["known", "new"], all.toReversed()],
          (keys) => Given.transact(takeOfEach(keys, now)),
          { concurrency: "unbounded" }
        ),
        "taking from the same buckets in different orders"
      )
      assert.strictEqual(
        taken.reduce((sum, count) => sum + count, 0),
        all.length * rate.burst
      )
    }),

    ...(["known", "never heard of"] as const).map((key) =>
      test(
        `MUST show a bucket that was ${key} to one transaction at a time, as the one before left it`,
        function* () {
          const { transact } = yield* Transaction
          const now = yield* Given.storeNow
          yield* saved({ known: 0 })
          const isLocked = yield* Deferred.make<void>()
          const seen = yield* Deferred.make<number>()
          const one = transact(
            Effect.gen(function* () {
              const [bucket] = yield* lock([key])
              yield* Deferred.succeed(isLocked, undefined)
              yield* giveMoment(Deferred.await(seen))
              yield* save([{ ...bucket!, fullAt: DateTime.addDuration(now, 7000) }])
            })
          )
          const other = Effect.gen(function* () {
            yield* Deferred.await(isLocked)
            const [bucket] = yield* transact(lock([key]))
            yield* Deferred.succeed(seen, bucket!.fullAt.epochMilliseconds - now.epochMilliseconds)
          })
          const both = yield* Effect.forkScoped(Effect.all([one, other], { concurrency: 2 }))
          yield* within(Fiber.join(both), "two transactions at one bucket")
          assert.strictEqual(yield* Deferred.await(seen), 7000)
        },
        ["concurrentTransactions"]
      )
    ),

    test(
      "MUST keep nobody from other buckets",
      function* () {
        const { transact } = yield* Transaction
        const isLocked = yield* Deferred.make<void>()
        const looked = yield* Deferred.make<void>()
        const one = transact(
          Effect.gen(function* () {
            yield* lock(["new", "known"])
            yield* Deferred.succeed(isLocked, undefined)
            yield* Deferred.await(looked)
          })
        )
        const other = Effect.gen(function* () {
          yield* Deferred.await(isLocked)
          yield* transact(lock(["another", "yet another"]))
          yield* Deferred.succeed(looked, undefined)
        })
        yield* saved({ known: 0, another: 0 })
        yield* within(Effect.all([one, other], { concurrency: 2 }), "two transactions at different buckets")
      },
      ["concurrentTransactions"]
    )
  ]
}
