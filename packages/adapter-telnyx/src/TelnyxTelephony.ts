/** The Telephony port on Telnyx, over the official SDK. */
import { type Diagnosis } from "@careline/adapter-kit"
import { Telephony, TelephonyError } from "@careline/ports"
import { type Config, Effect, Layer } from "effect"
import * as Request from "./client/Request.ts"
import * as Calls from "./calls/Calls.ts"
import * as Diagnose from "./diagnosis/Diagnosis.ts"
import * as History from "./history/History.ts"
import * as Media from "./media/Media.ts"
import * as Messages from "./messages/Messages.ts"
import * as Numbers from "./numbers/Numbers.ts"
import { FIND_AFTER_MILLIS } from "./messages/Reconciliation.ts"
import * as Recordings from "./calls/Recordings.ts"
import { TOLERANCE_SECONDS } from "./webhooks/Signature.ts"
import * as TelnyxClient from "./client/TelnyxClient.ts"
import { config } from "./TelnyxConfig.ts"
import { PROVIDER, type TelnyxOptions, withDefaults } from "./client/TelnyxOptions.ts"
import { dialect } from "./calls/Texml.ts"
import * as Webhooks from "./webhooks/Webhooks.ts"

/** Ten parts of 153 septets. */
const MAX_TEXT_LENGTH = 1530

/** Calls need an application, and what Telnyx says of them afterwards the account's id. */
export const capabilities = ({
  accountSid = null,
  connectionId = null,
  trunkConnectionId
}: Pick<TelnyxOptions, "accountSid" | "connectionId" | "trunkConnectionId">): Telephony.Capabilities => ({
  messages: {
    mms: { maxMedia: 10, maxTextLength: MAX_TEXT_LENGTH },
    maxTextLength: MAX_TEXT_LENGTH,
    attemptEcho: "callback_url",
    find: "by_reference",
    findAfterMillis: FIND_AFTER_MILLIS,
    status: "by_id"
  },
  webhooks: {
    unsigned: "forged",
    signatureCovers: "bytes",
    signatureMaxAgeMillis: TOLERANCE_SECONDS * 1000,
    namesKeywords: true
  },
  voice:
    connectionId === null
      ? null
      : {
          transcription: dialect.transcribedLanguages,
          status: accountSid === null ? "none" : "by_id",
          recordings: "until_deleted"
        },
  media: "expiring",
  history: {
    messages: true,
    calls: connectionId !== null && accountSid !== null,
    recordings: connectionId !== null
  },
  numbers: Numbers.capabilities({ trunkConnectionId }),
  optOutReplies: "provider"
})

const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
  new TelephonyError.TelephonyError({ provider: PROVIDER, operation, reason })

/** The SDK is loaded by the first call, not here. */
export const make = Effect.fnUntraced(function* (given: TelnyxOptions): Effect.fn.Return<Telephony.TelephonyService> {
  const options = withDefaults(given)
  const { accountSid = null, connectionId, publicUrl } = options
  const ask = Request.make(options, yield* TelnyxClient.make(options), fail)
  return Telephony.make({
    provider: PROVIDER,
    capabilities: capabilities(options),
    webhooks: Webhooks.make(options, (reason) => fail("webhooks.receive", reason)),
    messages: Messages.make(publicUrl, ask, fail),
    media: Media.make(options, fail),
    history: History.make(options, ask),
    numbers: Numbers.make(options, ask, fail),
    ...(connectionId === null
      ? {}
      : {
          calls: {
            ...Calls.make(publicUrl, connectionId, ask),
            ...(accountSid === null ? {} : Calls.statusOf(accountSid, ask, fail))
          },
          recordings: Recordings.make(options, ask, fail)
        })
  })
})

export const layer = (options: TelnyxOptions): Layer.Layer<Telephony.Telephony> =>
  Layer.effect(Telephony.Telephony, make(options))

/** Configured by the environment: see `TelnyxConfig`. */
export const layerConfig: Layer.Layer<Telephony.Telephony, Config.ConfigError> = Layer.effect(
  Telephony.Telephony,
  Effect.flatMap(config, make)
)

/** What Telnyx says of these options: numbers, webhooks, credentials. */
export const diagnosis = (options: TelnyxOptions): Effect.Effect<Diagnosis.Diagnosis> =>
  Diagnose.make(withDefaults(options))

/** The same, configured by the environment. */
export const diagnosisConfig: Effect.Effect<Diagnosis.Diagnosis, Config.ConfigError> = Effect.flatMap(config, diagnosis)
