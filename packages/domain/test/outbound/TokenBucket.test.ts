import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { TokenBucket } from "../../src/index.ts"

const at = (millis: number) => DateTime.makeUnsafe(millis)
const start = DateTime.makeUnsafe("2026-03-02T09:30:00Z").epochMilliseconds

const anyRate: fc.Arbitrary<TokenBucket.Rate> = fc.record({
  perSecond: fc.oneof(
    fc.constantFrom(0.1, 1 / 3, 1, 3, 7, 30, 300, 666.7, 900, 999, 1000),
    fc.double({ min: 0.1, max: 1000, noNaN: true })
  ),
  burst: fc.integer({ min: 1, max: 40 })
})
const anyNow = fc.integer({ min: start, max: start + 10_000_000 })
/** The milliseconds from one try to the next. */
const anyPauses = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 20_000 })),
  {
    minLength: 1,
    maxLength: 200
  }
)

/** The instants at which a token was taken, trying after each of the pauses, and the bucket in the end. */
const tryAt = (rate: TokenBucket.Rate, instants: ReadonlyArray<number>) => {
  let bucket = TokenBucket.full("line")
  const taken: Array<number> = []
  for (const millis of instants) {
    const one = TokenBucket.take(bucket, rate, at(millis))
    if (one._tag === "Wait") continue
    bucket = one.bucket
    taken.push(millis)
  }
  return { bucket, taken }
}

const instantsOf = (first: number, pauses: ReadonlyArray<number>): ReadonlyArray<number> => {
  let millis = first
  return pauses.map((pause) => (millis += pause))
}

/** The instants of tokens that are taken as soon as they are there. */
const asSoonAsPossible = (rate: TokenBucket.Rate, first: number, tokens: number): ReadonlyArray<number> => {
  let bucket = TokenBucket.full("line")
  let millis = first
  const taken: Array<number> = []
  while (taken.length < tokens) {
    const one = TokenBucket.take(bucket, rate, at(millis))
    if (one._tag === "Wait") {
      if (one.until.epochMilliseconds <= millis) throw new Error("waits for what is past")
      millis = one.until.epochMilliseconds
    } else {
      bucket = one.bucket
      taken.push(millis)
    }
  }
  return taken
}

/** How many more tokens than its burst and its rate allow were taken between any two of the instants. */
const excess = ({ burst, perSecond }: TokenBucket.Rate, taken: ReadonlyArray<number>): number => {
  let most = Number.NEGATIVE_INFINITY
  // How far the tokens are ahead of the rate: from where that was least, the most were taken since.
  let least = Number.POSITIVE_INFINITY
  taken.forEach((millis, index) => {
    const ahead = index - ((millis - taken[0]!) * perSecond) / 1000
    least = Math.min(least, ahead)
    most = Math.max(most, ahead - least + 1 - burst)
  })
  return most
}

describe("A token bucket", () => {
  test.prop([anyRate, anyNow])("that is full gives its burst at once, and nothing more", (rate, now) => {
    const { taken } = tryAt(
      rate,
      Array.from({ length: rate.burst + 5 }, () => now)
    )
    assert.lengthOf(taken, rate.burst)
  })

  test.prop([anyRate, anyNow, anyPauses])(
    "gives no more than its burst and its rate in any time",
    (rate, now, pauses) => {
      assert.isAtMost(excess(rate, tryAt(rate, instantsOf(now, pauses)).taken), 1.001)
    }
  )

  test.prop([anyRate, anyNow])("gives no more than that to somebody who never lets a token lie", (rate, now) => {
    assert.isAtMost(excess(rate, asSoonAsPossible(rate, now, 300)), 1.001)
  })

  test.prop([anyRate, anyNow])("loses no part of a token, however fine the rate", (rate, now) => {
    const taken = asSoonAsPossible(rate, now, rate.burst + 1000).slice(rate.burst)
    const late = taken.map((millis, index) => millis - now - ((index + 1) * 1000) / rate.perSecond)
    assert.isBelow(Math.max(...late), 1.001)
    assert.isAbove(Math.min(...late), -2.001)
  })

  test.prop([anyRate, anyNow, anyPauses, fc.integer({ min: 0, max: 100_000 })])(
    "has a token when it said so and not a millisecond before, and still later",
    (rate, first, pauses, more) => {
      const { bucket } = tryAt(rate, instantsOf(first, pauses))
      const now = instantsOf(first, pauses).at(-1)!
      const one = TokenBucket.take(bucket, rate, at(now))
      if (one._tag === "Wait") {
        const until = one.until.epochMilliseconds
        assert.strictEqual(TokenBucket.take(bucket, rate, at(until - 1))._tag, "Wait")
        assert.strictEqual(TokenBucket.take(bucket, rate, at(until))._tag, "Taken")
        assert.strictEqual(TokenBucket.take(bucket, rate, at(until + more))._tag, "Taken")
      } else {
        assert.strictEqual(TokenBucket.take(bucket, rate, at(now + more))._tag, "Taken")
      }
    }
  )

  test.prop([anyRate, anyNow, fc.nat({ max: 60 }), fc.integer({ min: 1, max: 200 })])(
    "tells how long a queue will take",
    (rate, now, before, tokens) => {
      const { bucket } = tryAt(
        rate,
        Array.from({ length: before }, () => now)
      )
      const all = asSoonAsPossible(rate, now, Math.min(before, rate.burst) + tokens)
      const until = TokenBucket.waitFor(bucket, rate, at(now), tokens).epochMilliseconds
      assert.strictEqual(until, all.at(-1))
    }
  )

  test.prop([anyRate, anyRate, anyNow, anyPauses])(
    "keeps what was taken under another rate",
    (before, after, now, pauses) => {
      const { bucket, taken } = tryAt(before, instantsOf(now, pauses))
      const last = taken.at(-1)!
      const one = TokenBucket.take(bucket, after, at(last))
      if (one._tag === "Wait") assert.strictEqual(TokenBucket.take(bucket, after, one.until)._tag, "Taken")
      else assert.isAtLeast(one.bucket.fullAt.epochMilliseconds, bucket.fullAt.epochMilliseconds)
    }
  )

  it("is full again after the time of what was taken, and not fuller for waiting", () => {
    const rate = { perSecond: 1, burst: 3 }
    const { bucket } = tryAt(rate, [start, start])
    assert.strictEqual(bucket.fullAt.epochMilliseconds, start + 2000)
    assert.lengthOf(tryAt(rate, [start, start, start, ...Array.from({ length: 9 }, () => start + 3_600_000)]).taken, 6)
  })

  it("gives a token for each ten seconds at the slowest and one for each millisecond at the fastest", () => {
    assert.deepStrictEqual(asSoonAsPossible({ perSecond: 0.1, burst: 1 }, start, 3), [
      start,
      start + 10_000,
      start + 20_000
    ])
    for (const perSecond of [1000, 5000]) {
      assert.deepStrictEqual(asSoonAsPossible({ perSecond, burst: 1 }, start, 3), [start, start + 1, start + 2])
    }
  })

  it("takes nothing where one has to wait", () => {
    const one = TokenBucket.take({ key: "line", fullAt: at(start + 500) }, { perSecond: 2, burst: 1 }, at(start))
    assert.deepStrictEqual(one, { _tag: "Wait", until: at(start + 500) })
  })

  test.prop([anyRate, anyNow, fc.integer({ min: -60_000, max: 600_000 }), fc.integer({ min: 1, max: 50 })])(
    "makes whoever comes next wait for what others have borrowed, and no longer",
    (rate, now, owed, tokens) => {
      const bucket = { key: "line", fullAt: at(now + owed) }
      let borrowed: TokenBucket.TokenBucket = bucket
      for (let count = 0; count < tokens; count++) borrowed = TokenBucket.borrow(borrowed, rate, at(now))
      assert.deepStrictEqual(
        TokenBucket.waitFor(borrowed, rate, at(now), 1),
        TokenBucket.waitFor(bucket, rate, at(now), tokens + 1)
      )
    }
  )
})
