/** A telephony provider as plain async functions. */
import { Effect, Schema } from "effect"
import * as Telephony from "../Telephony.ts"
import { TelephonyError, TelephonyErrorReason } from "../TelephonyError.ts"
import { fromPlain, toPlain } from "./Plain.ts"
import type { Promised } from "./Promised.ts"

/**
 * Operations throw a reason of `TelephonyError`, or the error itself. `messages.send` throws nothing that it knows:
 * whatever happens is an outcome, and what it throws all the same counts as an unknown one.
 */
export interface PlainTelephony {
  /** The provider's name, as it stands in webhook paths. */
  readonly provider: string
  readonly capabilities: Telephony.Capabilities
  readonly webhooks: Promised<Pick<Telephony.Webhooks, "receive">> & Pick<Telephony.Webhooks, "reply">
  readonly messages: Pick<Promised<Telephony.Messages>, "send"> & Partial<Promised<Telephony.Messages>>
}

const isReason = Schema.is(TelephonyErrorReason)

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
          if (error instanceof TelephonyError) return Effect.fail(error)
          return isReason(error)
            ? Effect.fail(new TelephonyError({ provider, operation, reason: error }))
            : Effect.die(error)
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
