/**
 * Requests to the Messaging API, over plain `fetch`: it retries nothing by itself. Redirects are not followed, because a
 * POST would leave twice, and the timeout covers the body, which may come byte by byte.
 */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Redacted } from "effect"
import * as BasicCredentials from "./BasicCredentials.ts"
import { BASE_URL, type BandwidthOptions, DEFAULT_TIMEOUT_MILLIS } from "./BandwidthOptions.ts"

/** Any answer that came whole, whatever its status. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: string
}

export interface BandwidthClient {
  readonly createMessage: (message: object) => Effect.Effect<Answer, ProviderFailure.Failure>
}

export const make = ({
  accountId,
  baseUrl = BASE_URL,
  password,
  timeoutMillis = DEFAULT_TIMEOUT_MILLIS,
  username
}: BandwidthOptions): BandwidthClient => {
  const url = `${baseUrl.replace(/\/+$/, "")}/users/${encodeURIComponent(accountId)}/messages`

  const createMessage = Effect.fnUntraced(function* (message: object) {
    const response = yield* Effect.tryPromise({
      try: () =>
        fetch(url, {
          method: "POST",
          headers: {
            authorization: BasicCredentials.header(`${username}:${Redacted.value(password)}`),
            "content-type": "application/json; charset=utf-8"
          },
          body: JSON.stringify(message),
          redirect: "manual",
          signal: AbortSignal.timeout(timeoutMillis)
        }),
      catch: ProviderFailure.ofNetwork
    })
    // Whatever breaks from here on, the request has arrived.
    const body = yield* Effect.tryPromise({
      try: () => response.text(),
      catch: (error) => ({ ...ProviderFailure.ofNetwork(error), mayHaveArrived: true })
    })
    return { status: response.status, retryAfter: response.headers.get("retry-after"), body }
  })

  return { createMessage }
}
