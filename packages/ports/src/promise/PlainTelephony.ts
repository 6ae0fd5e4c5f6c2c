/** A telephony provider as plain async functions. */
import { Effect } from "effect"
import * as Telephony from "../Telephony.ts"
import type { TelephonyError } from "../TelephonyError.ts"
import { ownTelephonyError } from "./OwnErrors.ts"
import { fromPlain, toPlain } from "./Plain.ts"
import type { Promised } from "./Promised.ts"

/**
 * Operations throw a reason of `TelephonyError`, or the error itself.
 *
 * `messages.send` throws nothing that it knows: whatever happens is an outcome. What it throws all the same counts as an
 * unknown one, for the text may have left; only `Unsupported` is a rejection, as nothing was tried.
 *
 * The words of `InvalidSignature`, `Unverifiable` and `MalformedWebhook` are answered to the caller and logged, so they
 * must be phrases of one's own. Errors of others quote what they could not read: `JSON.parse` does, and so do schemas.
 */
export interface PlainTelephony {
  /** The provider's name, as it stands in webhook paths. */
  readonly provider: string
  readonly capabilities: Telephony.Capabilities
  readonly webhooks: Promised<Pick<Telephony.Webhooks, "receive">> & Pick<Telephony.Webhooks, "reply">
  readonly messages: Pick<Promised<Telephony.Messages>, "send"> & Partial<Promised<Telephony.Messages>>
}

/** The port over plain functions. It passes the Telephony contract where they do. */
export const fromPlainTelephony = ({
  capabilities,
  messages,
  provider,
  webhooks
}: PlainTelephony): Telephony.TelephonyService => {
  const lift =
    <A>(operation: string, call: (...args: ReadonlyArray<never>) => Promise<unknown>) =>
    (...args: ReadonlyArray<unknown>): Effect.Effect<A, TelephonyError> =>
      Effect.tryPromise({
        try: async () => fromPlain(await call(...(args.map(toPlain) as unknown as ReadonlyArray<never>))) as A,
        catch: (error) => error
      }).pipe(
        Effect.catch((error) => {
          const own = ownTelephonyError(provider, operation, error)
          return own === null ? Effect.die(error) : Effect.fail(own)
        })
      )
  const { find, status } = messages
  return Telephony.make({
    provider,
    capabilities,
    webhooks: {
      receive: lift("webhooks.receive", webhooks.receive.bind(webhooks)),
      reply: (kind) => webhooks.reply(kind)
    },
    messages: {
      send: lift("messages.send", messages.send.bind(messages)),
      ...(find === undefined ? {} : { find: lift("messages.find", find.bind(messages)) }),
      ...(status === undefined ? {} : { status: lift("messages.status", status.bind(messages)) })
    }
  })
}
