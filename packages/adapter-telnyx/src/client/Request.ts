/** Calls Telnyx through its SDK; errors come in the words of the port. */
import { ProviderFailure } from "@careline/adapter-kit"
import { type TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as SendFailure from "./SendFailure.ts"
import type { Client } from "./TelnyxClient.ts"
import type { TelnyxSettings } from "./TelnyxOptions.ts"

export type Fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError

/** What every call of the SDK is bounded by. */
export interface Bounds {
  readonly signal: AbortSignal
}

/** Calls of the SDK. */
export interface Requester {
  /** Fails with what may be kept of the SDK's error. */
  readonly call: <A>(use: (client: Client, bounds: Bounds) => Promise<A>) => Effect.Effect<A, ProviderFailure.Failure>
  /** The same, for what only asks. */
  readonly ask: <A>(
    operation: string,
    use: (client: Client, bounds: Bounds) => Promise<A>
  ) => Effect.Effect<A, TelephonyError.TelephonyError>
}

export const make = (
  { timeoutMillis }: Pick<TelnyxSettings, "timeoutMillis">,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Fail
): Requester => {
  const call: Requester["call"] = (use) =>
    Effect.flatMap(client, (sdk) =>
      Effect.tryPromise({
        // The SDK's own timeout ends with the headers; this one bounds the body as well.
        try: () => use(sdk, { signal: AbortSignal.timeout(timeoutMillis) }),
        catch: SendFailure.inspect
      })
    )
  return {
    call,
    ask: (operation, use) => Effect.mapError(call(use), (failure) => fail(operation, ProviderFailure.toReason(failure)))
  }
}

/** `null` for what is not there any more. */
export const unlessGone = <A>(
  effect: Effect.Effect<A, TelephonyError.TelephonyError>
): Effect.Effect<A | null, TelephonyError.TelephonyError> =>
  effect.pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag === "NotFound",
      () => Effect.succeed(null)
    )
  )

/** One page of a list. */
export interface Page<A> {
  readonly data?: ReadonlyArray<A> | null
  readonly meta?: { readonly total_pages?: number } | null
}

/** The query of a page. */
export interface PageQuery {
  readonly "page[number]": number
  readonly "page[size]": number
}

/**
 * What is listed, each page asked for with a time of its own: up to `limit`, or up to the first that is `beyond` what is
 * looked for.
 */
export const pages = Effect.fnUntraced(function* <A>(
  { ask }: Requester,
  operation: string,
  {
    beyond,
    limit,
    read,
    size
  }: {
    readonly limit: number
    readonly size: number
    readonly beyond: (one: A) => boolean
    readonly read: (client: Client, query: PageQuery, bounds: Bounds) => Promise<Page<A> | null>
  }
): Effect.fn.Return<ReadonlyArray<A>, TelephonyError.TelephonyError> {
  const found: Array<A> = []
  for (let number = 1; ; number++) {
    const query = { "page[number]": number, "page[size]": size }
    const page = yield* ask(operation, (sdk, bounds) => read(sdk, query, bounds))
    const data = page?.data ?? []
    found.push(...data)
    const isLast = data.length === 0 || number >= (page?.meta?.total_pages ?? number)
    if (isLast || found.length >= limit || data.some(beyond)) return found.filter((one) => !beyond(one)).slice(0, limit)
  }
})
