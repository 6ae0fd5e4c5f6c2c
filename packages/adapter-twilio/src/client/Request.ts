/** Calls Twilio through its SDK; errors come in the words of the port. */
import { ProviderFailure } from "@careline/adapter-kit"
import { type TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as SendFailure from "./SendFailure.ts"
import type { Client } from "./TwilioClient.ts"

export type Fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError

/** One call of the SDK. Fails with what may be kept of its error. */
export const call = <A>(
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  use: (client: Client) => Promise<A>
): Effect.Effect<A, ProviderFailure.Failure> =>
  Effect.flatMap(client, (sdk) => Effect.tryPromise({ try: () => use(sdk), catch: SendFailure.inspect }))

/** The same, for what only asks. */
export const ask =
  (client: Effect.Effect<Client, ProviderFailure.Failure>, fail: Fail) =>
  <A>(operation: string, use: (client: Client) => Promise<A>): Effect.Effect<A, TelephonyError.TelephonyError> =>
    Effect.mapError(call(client, use), (failure) => fail(operation, ProviderFailure.toReason(failure)))

/** Deleting what is not there is done. */
export const deleted = (
  effect: Effect.Effect<unknown, TelephonyError.TelephonyError>
): Effect.Effect<void, TelephonyError.TelephonyError> =>
  effect.pipe(
    Effect.asVoid,
    Effect.catch((error) => (error.reason._tag === "NotFound" ? Effect.void : Effect.fail(error)))
  )
