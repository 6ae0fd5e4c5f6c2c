/** The Telephony port on Twilio, over the official SDK. */
import { type Diagnosis } from "@careline/adapter-kit"
import { Telephony, TelephonyError } from "@careline/ports"
import { type Config, Effect, Layer } from "effect"
import * as Calls from "./calls/Calls.ts"
import * as Diagnose from "./diagnosis/Diagnosis.ts"
import * as History from "./history/History.ts"
import * as Media from "./media/Media.ts"
import * as Messages from "./messages/Messages.ts"
import * as Numbers from "./numbers/Numbers.ts"
import * as Recordings from "./calls/Recordings.ts"
import { FIND_AFTER_MILLIS } from "./messages/Reconciliation.ts"
import * as TwilioClient from "./client/TwilioClient.ts"
import { config } from "./TwilioConfig.ts"
import { PROVIDER, type TwilioOptions, withDefaults } from "./client/TwilioOptions.ts"
import { dialect } from "./calls/Twiml.ts"
import * as Webhooks from "./webhooks/Webhooks.ts"

/** Numbers for a voice agent need a trunk. */
export const capabilities = (options: Pick<TwilioOptions, "trunkSid"> = {}): Telephony.Capabilities => ({
  messages: {
    mms: { maxMedia: 10, maxTextLength: 1600 },
    maxTextLength: 1600,
    attemptEcho: "callback_url",
    find: "by_content",
    findAfterMillis: FIND_AFTER_MILLIS,
    status: "by_id"
  },
  // `OptOutType` comes only with Advanced Opt-Out, which not every account has.
  webhooks: {
    unsigned: "forged",
    signatureCovers: "parameters",
    signatureMaxAgeMillis: null,
    namesKeywords: true
  },
  voice: { transcription: dialect.transcribedLanguages, status: "by_id", recordings: "until_deleted" },
  media: "until_deleted",
  history: { messages: true, calls: true, recordings: true },
  numbers: Numbers.capabilities(options),
  optOutReplies: "provider"
})

const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
  new TelephonyError.TelephonyError({ provider: PROVIDER, operation, reason })

/** The SDK is loaded by the first call, not here. */
export const make = Effect.fnUntraced(function* (given: TwilioOptions): Effect.fn.Return<Telephony.TelephonyService> {
  const options = withDefaults(given)
  const client = yield* TwilioClient.make(options)
  return Telephony.make({
    provider: PROVIDER,
    capabilities: capabilities(options),
    webhooks: Webhooks.make(options, (reason) => fail("webhooks.receive", reason)),
    messages: Messages.make(options, client, fail),
    calls: Calls.make(options.publicUrl, client, fail),
    recordings: Recordings.make(options, client, fail),
    media: Media.make(options, client, fail),
    history: History.make(options, client, fail),
    numbers: Numbers.make(options, client, fail)
  })
})

export const layer = (options: TwilioOptions): Layer.Layer<Telephony.Telephony> =>
  Layer.effect(Telephony.Telephony, make(options))

/** Configured by the environment: see `TwilioConfig`. */
export const layerConfig: Layer.Layer<Telephony.Telephony, Config.ConfigError> = Layer.effect(
  Telephony.Telephony,
  Effect.flatMap(config, make)
)

/** What Twilio says of these options: numbers, webhooks, credentials. */
export const diagnosis = (options: TwilioOptions): Effect.Effect<Diagnosis.Diagnosis> =>
  Diagnose.make(withDefaults(options))

/** The same, configured by the environment. */
export const diagnosisConfig: Effect.Effect<Diagnosis.Diagnosis, Config.ConfigError> = Effect.flatMap(config, diagnosis)
