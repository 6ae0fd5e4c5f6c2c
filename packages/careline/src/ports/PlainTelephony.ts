/** A telephony provider as plain async functions. */
import { type Numbers, Telephony, type TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import { ownTelephonyError } from "./OwnErrors.ts"
import { fromPlain, toPlain } from "./Plain.ts"
import type { Promised } from "./Promised.ts"

/**
 * Operations throw a reason of `TelephonyError`, or the error itself.
 *
 * `messages.send` throws nothing that it knows: whatever happens is an outcome. What it throws all the same counts as an
 * unknown one, for the text may have left; only `Unsupported` is a rejection, as nothing was tried. The same holds for
 * `calls.place` and a phone that may ring, and for `numbers.buy` and a number that may be ours. What is left out fails with `Unsupported`.
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
  readonly calls?: Partial<Promised<Telephony.Calls>> | undefined
  readonly recordings?: Partial<Promised<Telephony.Recordings>> | undefined
  readonly media?: Partial<Promised<Telephony.InboundMedia>> | undefined
  readonly history?: Promised<Telephony.History> | undefined
  readonly numbers?: Promised<Numbers.Numbers> | undefined
}

type Call = (...args: ReadonlyArray<never>) => Promise<unknown>

/** The port over plain functions. It passes the Telephony contract where they do. */
export const fromPlainTelephony = (plain: PlainTelephony): Telephony.TelephonyService => {
  const {
    calls = {},
    capabilities,
    history,
    media = {},
    messages,
    numbers,
    provider,
    recordings = {},
    webhooks
  } = plain
  const lift =
    <A>(operation: string, call: Call) =>
    (...args: ReadonlyArray<unknown>): Effect.Effect<A, TelephonyError.TelephonyError> =>
      Effect.tryPromise({
        try: async () => fromPlain(await call(...(args.map(toPlain) as unknown as ReadonlyArray<never>))) as A,
        catch: (error) => error
      }).pipe(
        Effect.catch((error) => {
          const own = ownTelephonyError(provider, operation, error)
          return own === null ? Effect.die(error) : Effect.fail(own)
        })
      )
  /** Those of the facet's operations that there are. */
  const facet = <Facet>(name: string, operations: object): Partial<Facet> =>
    Object.fromEntries(
      Object.entries(operations as Readonly<Record<string, Call | undefined>>).flatMap(([operation, call]) =>
        typeof call === "function" ? [[operation, lift(`${name}.${operation}`, call.bind(operations))]] : []
      )
    ) as Partial<Facet>
  return Telephony.make({
    provider,
    capabilities,
    webhooks: {
      receive: lift("webhooks.receive", webhooks.receive.bind(webhooks)),
      reply: (kind, step) => webhooks.reply(kind, step)
    },
    messages: {
      ...facet<Telephony.Messages>("messages", messages),
      send: lift("messages.send", messages.send.bind(messages))
    },
    calls: facet<Telephony.Calls>("calls", calls),
    recordings: facet<Telephony.Recordings>("recordings", recordings),
    media: facet<Telephony.InboundMedia>("media", media),
    ...(numbers === undefined ? {} : { numbers: facet<Numbers.Numbers>("numbers", numbers) as Numbers.Numbers }),
    ...(history === undefined ? {} : { history: { between: lift("history.between", history.between.bind(history)) } })
  })
}
