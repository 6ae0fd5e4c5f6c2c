/**
 * How many requests one address and one user may make, in this process. What a provider signed is never refused for its
 * number; of webhooks that nobody signed an address may send a few.
 */
import { Effect } from "effect"
import type { MiddlewareHandler } from "hono"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import type { Authenticate } from "../auth/Auth.ts"
import { clientAddress } from "../http/ClientAddress.ts"
import { TooManyRequests } from "../http/Errors.ts"
import { ofFailure } from "../http/Problem.ts"
import { problemResponse } from "./Respond.ts"

const MINUTE_SECONDS = 60

/** Counts by a key, and refuses what is too much: so many a minute; `null`: as many as there are. */
export const limiter = (perMinute: number | null) => {
  if (perMinute === null) return () => Effect.void
  const counts = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS })
  return (key: string): Effect.Effect<void, TooManyRequests> =>
    Effect.asVoid(
      Effect.tryPromise({
        try: () => counts.consume(key),
        catch: (refused) =>
          new TooManyRequests({
            perMinute,
            retryAfterMillis: refused instanceof RateLimiterRes ? refused.msBeforeNext : MINUTE_SECONDS * 1000
          })
      })
    )
}

/** Refuses an address that asks too often. `proxies` stand before the host. */
export const limitAddresses = (perMinute: number | null, proxies: number): MiddlewareHandler => {
  const count = limiter(perMinute)
  return async (context, next) => {
    const refused = await Effect.runPromise(Effect.flip(count(clientAddress(context, proxies))).pipe(Effect.option))
    return refused._tag === "Some" ? problemResponse(context, ofFailure(refused.value)) : next()
  }
}

/** Refuses a user who asks too often, with whichever token. */
export const limitUsers = (authenticate: Authenticate, perMinute: number | null): Authenticate => {
  const count = limiter(perMinute)
  return (header) => Effect.tap(authenticate(header), ({ userId }) => count(userId))
}
