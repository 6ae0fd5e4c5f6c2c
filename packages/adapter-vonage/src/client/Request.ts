/** Calls Vonage through its SDK; errors come in the words of the port. */
import { ProviderFailure } from "@careline/adapter-kit"
import { type TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as SendFailure from "./SendFailure.ts"
import type { Client } from "./VonageClient.ts"

export type Fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError

/** The SDK, and how long one call of it may take, in milliseconds. */
export interface Access {
  readonly client: Effect.Effect<Client, ProviderFailure.Failure>
  readonly timeoutMillis: number
}

/** One call of the SDK. Fails with what may be kept of its error. */
export const call = <A>(
  { client, timeoutMillis }: Access,
  use: (client: Client) => Promise<A>
): Effect.Effect<A, ProviderFailure.Failure> =>
  Effect.flatMap(client, (sdk) =>
    Effect.tryPromise({ try: () => use(sdk), catch: (error) => error }).pipe(
      Effect.catch((error) => Effect.flatMap(SendFailure.inspect(error, timeoutMillis), Effect.fail))
    )
  )

/** The same, for what only asks. */
export const ask =
  (access: Access, fail: Fail) =>
  <A>(operation: string, use: (client: Client) => Promise<A>): Effect.Effect<A, TelephonyError.TelephonyError> =>
    Effect.mapError(call(access, use), (failure) => fail(operation, ProviderFailure.toReason(failure)))
