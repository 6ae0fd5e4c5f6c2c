/**
 * How often something may happen: a token bucket, kept as a generic cell rate algorithm (ITU-T I.371), so that a
 * bucket is one instant and nobody has to refill it.
 *
 * Instants are whole milliseconds and the time of one token often is not (3 a second take 333⅓ ms each). Rounding every
 * token up would lose up to half of a rate close to 1000 a second, rounding it down would exceed it. So the tokens of a
 * rate stand on tracks: from the epoch on, the kth interval ends at the first whole millisecond that is not before it, and
 * a bucket moves from its place in one interval to the same place in the next. Along a track nothing adds up: any number of
 * tokens takes its exact time, give or take less than a millisecond.
 */
import { DateTime, Schema } from "effect"

/** A rate changes at once; what was taken under the one before stays taken. */
export interface Rate {
  /** More than 0. Above 1000, which is a token for each millisecond, it counts as 1000. */
  readonly perSecond: number
  /** The tokens of a full bucket, which may be taken at once: a whole number from 1. */
  readonly burst: number
}

export const TokenBucket = Schema.Struct({
  key: Schema.NonEmptyString,
  /** When it will be full again. */
  fullAt: Schema.DateTimeUtc
})
export type TokenBucket = typeof TokenBucket.Type

export type Take =
  | { readonly _tag: "Taken"; readonly bucket: TokenBucket }
  /** Nothing was taken. From `until` on there is a token, unless somebody else takes it. */
  | { readonly _tag: "Wait"; readonly until: DateTime.Utc }

const MAX_PER_SECOND = 1000

/** A bucket that nobody has taken from: it has been full for ever. */
export const full = (key: string): TokenBucket => ({ key, fullAt: DateTime.makeUnsafe(0) })

/** The tracks of a rate. A place is an interval and the milliseconds from its beginning. */
const tracksOf = ({ perSecond }: Rate) => {
  const rate = Math.min(perSecond, MAX_PER_SECOND)
  const startOf = (interval: number): number => Math.ceil((interval * 1000) / rate)
  // An interval that is a millisecond longer than the others has a place more, which is none of a track.
  const lastPlace = Math.floor(1000 / rate) - 1
  return {
    /** The instant, or the last one before it, that is on a track. */
    onTrack: (millis: number) => {
      const guess = Math.floor((millis * rate) / 1000)
      // The quotient may be rounded over the whole number that it is next to.
      const interval = startOf(guess) > millis ? guess - 1 : startOf(guess + 1) <= millis ? guess + 1 : guess
      return { interval, place: Math.min(millis - startOf(interval), lastPlace) }
    },
    /** The instant that is this many tokens later, or earlier. */
    after: ({ interval, place }: { readonly interval: number; readonly place: number }, tokens: number): number =>
      startOf(interval + tokens) + place
  }
}

const burstOf = ({ burst }: Rate): number => Math.max(1, Math.floor(burst))

/** When a bucket is full again that so many tokens are taken from as of now. */
const fullAfter = (bucket: TokenBucket, rate: Rate, now: DateTime.Utc, tokens: number): number => {
  const { after, onTrack } = tracksOf(rate)
  return after(onTrack(Math.max(bucket.fullAt.epochMilliseconds, now.epochMilliseconds)), tokens)
}

/** Takes a token. Of any stretch of time at most `burst + perSecond × seconds + 1` are taken. */
export const take = (bucket: TokenBucket, rate: Rate, now: DateTime.Utc): Take => {
  const until = waitFor(bucket, rate, now, 1)
  return DateTime.isGreaterThan(until, now)
    ? { _tag: "Wait", until }
    : { _tag: "Taken", bucket: borrow(bucket, rate, now) }
}

/** The bucket after a token is taken whether there is one or not: whoever comes next waits for as much longer. */
export const borrow = (bucket: TokenBucket, rate: Rate, now: DateTime.Utc): TokenBucket => ({
  ...bucket,
  fullAt: DateTime.makeUnsafe(fullAfter(bucket, rate, now, 1))
})

/** When the last of so many tokens can be taken, if each is taken as soon as it is there: `now` if they all are. */
export const waitFor = (bucket: TokenBucket, rate: Rate, now: DateTime.Utc, tokens: number): DateTime.Utc => {
  // Full at that moment but for the burst, which may be owed.
  const until = fullAfter(bucket, rate, now, tokens - burstOf(rate))
  return until > now.epochMilliseconds ? DateTime.makeUnsafe(until) : now
}
