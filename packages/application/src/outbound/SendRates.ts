/**
 * Limits how many texts a second leave from one number and to one provider, over all processes.
 *
 * A text that finds no token is given a turn, after all turns that were given before in its lane and in those that are more
 * urgent. A text without one waits its turn as long as such are outstanding, so a backlog is looked at once, leaves in
 * order, and is overtaken by nobody of its lane. Lane 0 takes its token at once, and has the others wait for it.
 */
import { type PhoneNumber, Send, SendLane, TokenBucket } from "@careline/domain"
import { RateBuckets } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { Limits, type LimitsShape } from "../shared/Limits.ts"

/** A text that is about to leave. */
export interface Leaving {
  readonly send: Send.Send
  readonly provider: string
  readonly from: PhoneNumber.E164
}

/** What limits a text, and at what rate. */
const limitsOf = ({ from, provider }: Leaving, { sendRatePerAccount, sendRatePerNumber }: LimitsShape) => [
  ...(sendRatePerNumber === null ? [] : [{ key: `number:${provider}:${from}`, rate: sendRatePerNumber }]),
  ...(sendRatePerAccount === null ? [] : [{ key: `account:${provider}`, rate: sendRatePerAccount }])
]

/** Beside each bucket stand the turns that were given in each lane but lane 0: a bucket of one token, taken from in advance. */
const turnsKey = (key: string, lane: SendLane.SendLane): string => `turns:${lane}:${key}`

/** The lanes whose turns a text of the lane waits for. */
const lanesBefore = (lane: SendLane.SendLane) => SendLane.all.filter((other) => other > 0 && other <= lane)

/** The one of the buckets that is full last. */
const lastOf = (buckets: ReadonlyArray<TokenBucket.TokenBucket>): TokenBucket.TokenBucket =>
  buckets.reduce((last, bucket) => (DateTime.isGreaterThan(bucket.fullAt, last.fullAt) ? bucket : last))

const withoutBurst = ({ perSecond }: TokenBucket.Rate): TokenBucket.Rate => ({ perSecond, burst: 1 })

const latest = (left: DateTime.Utc, right: DateTime.Utc): DateTime.Utc =>
  DateTime.isGreaterThan(left, right) ? left : right

/**
 * For each text, in order: `null` when it may leave now, and has taken its tokens; else its turn. In the ambient
 * transaction, which gives tokens and turns back if it fails.
 */
export const acquireTokens = Effect.fnUntraced(function* (leaving: ReadonlyArray<Leaving>, now: DateTime.Utc) {
  const limits = yield* Limits
  const wanted = leaving.map((one) => limitsOf(one, limits))
  const keys = [
    ...new Set(
      leaving.flatMap(({ send }, index) =>
        wanted[index]!.flatMap(({ key }) => [key, ...lanesBefore(send.lane).map((lane) => turnsKey(key, lane))])
      )
    )
  ]
  if (keys.length === 0) return leaving.map(() => null)
  const rateBuckets = yield* RateBuckets
  const buckets = new Map((yield* rateBuckets.lock(keys)).map((bucket) => [bucket.key, bucket]))

  // Texts of this batch whose turn came before there was a token: they are next, and keep their order.
  const ahead = new Map<string, number>()

  const turns = leaving.map(({ send }, index): DateTime.Utc | null => {
    if (send.lane === 0) {
      for (const { key, rate } of wanted[index]!) buckets.set(key, TokenBucket.borrow(buckets.get(key)!, rate, now))
      return null
    }
    const all = wanted[index]!.map(({ key, rate }) => ({
      key,
      rate,
      take: TokenBucket.take(buckets.get(key)!, rate, now),
      given: lastOf(lanesBefore(send.lane).map((lane) => buckets.get(turnsKey(key, lane))!))
    }))
    // Whoever was put off has had a turn; the others wait until no turn is outstanding.
    const isFree = all.every(
      ({ given, take }) =>
        take._tag === "Taken" && (Send.wasDeferred(send) || !DateTime.isGreaterThan(given.fullAt, now))
    )
    if (isFree) {
      for (const { key, take } of all) if (take._tag === "Taken") buckets.set(key, take.bucket)
      return null
    }
    return all
      .map(({ given, key, rate, take }) => {
        if (Send.wasDeferred(send)) {
          const before = ahead.get(key) ?? 0
          ahead.set(key, before + 1)
          return TokenBucket.waitFor(buckets.get(key)!, rate, now, before + 1)
        }
        const turn = TokenBucket.waitFor(given, withoutBurst(rate), take._tag === "Wait" ? take.until : now, 1)
        const after = TokenBucket.take(given, withoutBurst(rate), turn)
        if (after._tag === "Taken") {
          const own = turnsKey(key, send.lane)
          buckets.set(own, { ...after.bucket, key: own })
        }
        return turn
      })
      .reduce(latest, now)
  })
  yield* rateBuckets.save([...buckets.values()])
  return turns
})
