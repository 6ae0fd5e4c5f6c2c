/** The Telephony port on Vonage's Messages and Voice APIs, over the official SDK. */
import { type Diagnosis } from "@careline/adapter-kit"
import { Telephony, TelephonyError } from "@careline/ports"
import { type Config, Effect, Layer } from "effect"
import * as Calls from "./calls/Calls.ts"
import * as Diagnose from "./diagnosis/Diagnosis.ts"
import * as Files from "./media/Files.ts"
import * as History from "./history/History.ts"
import * as Messages from "./messages/Messages.ts"
import * as Numbers from "./numbers/Numbers.ts"
import { MAX_AGE_MILLIS } from "./webhooks/Signature.ts"
import * as VonageClient from "./client/VonageClient.ts"
import { config } from "./VonageConfig.ts"
import { PROVIDER, type VonageOptions, withDefaults } from "./client/VonageOptions.ts"
import * as Webhooks from "./webhooks/Webhooks.ts"

export const capabilities = ({
  reportsLookup = false
}: Pick<VonageOptions, "reportsLookup">): Telephony.Capabilities => ({
  messages: {
    // The words of an MMS are a caption.
    mms: { maxMedia: 10, maxTextLength: 3000 },
    maxTextLength: 3200,
    attemptEcho: "client_reference",
    find: reportsLookup ? "by_reference" : "none",
    findAfterMillis: null,
    status: reportsLookup ? "by_id" : "none"
  },
  webhooks: {
    unsigned: "provider_slip",
    signatureCovers: "bytes",
    signatureMaxAgeMillis: MAX_AGE_MILLIS,
    namesKeywords: false
  },
  // What Vonage writes down it tells by a URL alone, once, and under no id that a recording could be asked by.
  // Recordings are kept for 30 days, and pictures for 48 hours; no API deletes them before.
  voice: { transcription: "none", status: "by_id", recordings: "expiring" },
  media: "expiring",
  history: { messages: false, calls: true, recordings: false },
  numbers: Numbers.capabilities,
  // Opt-Out Assist, where Vonage answers, is a feature of single campaigns (developer.vonage.com/opt-out-assist).
  optOutReplies: "application"
})

const fail = (operation: string, reason: TelephonyError.TelephonyErrorReason) =>
  new TelephonyError.TelephonyError({ provider: PROVIDER, operation, reason })

/** The SDK is loaded by the first call, not here. */
export const make = Effect.fnUntraced(function* (given: VonageOptions): Effect.fn.Return<Telephony.TelephonyService> {
  const options = withDefaults(given)
  const { apiKey, publicUrl, timeoutMillis } = options
  const access = { client: yield* VonageClient.make(options), timeoutMillis }
  return Telephony.make({
    provider: PROVIDER,
    capabilities: capabilities(options),
    webhooks: Webhooks.make(options, (reason) => fail("webhooks.receive", reason)),
    messages: Messages.make(options, access, fail),
    calls: Calls.make(publicUrl, access, fail),
    recordings: {
      fetch: Effect.fn("Vonage.recordings.fetch")((recording, maxBytes) =>
        Effect.mapError(Files.fetchKnown(Files.isRecording, options, access, recording, maxBytes), (reason) =>
          fail("recordings.fetch", reason)
        )
      )
    },
    media: {
      fetch: Effect.fn("Vonage.media.fetch")((url, maxBytes) =>
        Effect.mapError(Files.fetchKnown(Files.isMedia, options, access, url, maxBytes), (reason) =>
          fail("media.fetch", reason)
        )
      )
    },
    history: History.make(apiKey, access, fail),
    numbers: Numbers.make(options, access, fail)
  })
})

export const layer = (options: VonageOptions): Layer.Layer<Telephony.Telephony> =>
  Layer.effect(Telephony.Telephony, make(options))

/** Configured by the environment: see `VonageConfig`. */
export const layerConfig: Layer.Layer<Telephony.Telephony, Config.ConfigError> = Layer.effect(
  Telephony.Telephony,
  Effect.flatMap(config, make)
)

/** What Vonage says of these options: numbers, webhooks, credentials. */
export const diagnosis = (options: VonageOptions): Effect.Effect<Diagnosis.Diagnosis> =>
  Diagnose.make(withDefaults(options))

/** The same, configured by the environment. */
export const diagnosisConfig: Effect.Effect<Diagnosis.Diagnosis, Config.ConfigError> = Effect.flatMap(config, diagnosis)
