/** How many texts a second leave from one number, and to one provider in all: over all processes. */
import { type PhoneNumber, TokenBucket } from "@careline/domain"
import { RateBuckets } from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { Limits, type LimitsShape } from "./Limits.ts"

/** A text that is about to leave. */
export interface Leaving {
  readonly provider: string
  readonly from: PhoneNumber.E164
}

/** The buckets that a text takes from, and at what rate. */
const bucketsOf = ({ from, provider }: Leaving, { sendRatePerAccount, sendRatePerNumber }: LimitsShape) => [
  ...(sendRatePerNumber === null ? [] : [{ key: `number:${provider}:${from}`, rate: sendRatePerNumber }]),
  ...(sendRatePerAccount === null ? [] : [{ key: `account:${provider}`, rate: sendRatePerAccount }])
]

/**
 * For each text, in order: `null` when it may leave now, and has taken its tokens; else when its turn may be. In the
 * ambient transaction, which gives the tokens back if it fails.
 */
export const admit = Effect.fnUntraced(function* (leaving: ReadonlyArray<Leaving>, now: DateTime.Utc) {
  const limits = yield* Limits
  const wanted = leaving.map((one) => bucketsOf(one, limits))
  const keys = [...new Set(wanted.flat().map(({ key }) => key))]
  if (keys.length === 0) return leaving.map(() => null)
  const rateBuckets = yield* RateBuckets
  const buckets = new Map((yield* rateBuckets.lock(keys)).map((bucket) => [bucket.key, bucket]))
  // Texts of this batch that wait for a bucket: the next one's turn is after theirs.
  const waiting = new Map<string, number>()

  const turns = wanted.map((all): DateTime.Utc | null => {
    const taken = all.map(({ key, rate }) => ({ key, take: TokenBucket.take(buckets.get(key)!, rate, now) }))
    const full = all.filter((_, index) => taken[index]!.take._tag === "Wait")
    if (full.length === 0) {
      for (const { key, take } of taken) if (take._tag === "Taken") buckets.set(key, take.bucket)
      return null
    }
    const turnsOf = full.map(({ key, rate }) => {
      const ahead = waiting.get(key) ?? 0
      waiting.set(key, ahead + 1)
      return TokenBucket.waitFor(buckets.get(key)!, rate, now, ahead + 1)
    })
    return turnsOf.reduce((latest, turn) => (turn.epochMilliseconds > latest.epochMilliseconds ? turn : latest))
  })
  yield* rateBuckets.save([...buckets.values()])
  return turns
})
