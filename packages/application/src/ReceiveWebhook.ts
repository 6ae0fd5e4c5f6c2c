/** A provider calls: verify, keep, and only then answer. */
import { type Telephony, type TelephonyError, TelephonyProviders } from "@careline/ports"
import { Effect } from "effect"
import { NotFound } from "./Errors.ts"
import { Intake } from "./Intake.ts"

/**
 * The answer to a provider's webhook. A duplicate is answered like the first. Fails with the provider's
 * `InvalidSignature` or `MalformedWebhook`, or with a fault of ours, after which the provider may come again.
 */
export const receiveWebhook = Effect.fnUntraced(function* (
  provider: string,
  kind: Telephony.WebhookKind,
  request: Telephony.RawRequest
) {
  const telephony = (yield* TelephonyProviders.TelephonyProviders).byName(provider)
  if (telephony === undefined) return yield* new NotFound({ entity: "provider" })
  const { account, events } = yield* telephony.webhooks.receive(kind, request)
  const intake = yield* Intake
  for (const event of events) {
    yield* intake.accept({ provider, account, event })
  }
  return telephony.webhooks.reply(kind)
})

export type ReceiveWebhookError = TelephonyError.TelephonyError | NotFound
