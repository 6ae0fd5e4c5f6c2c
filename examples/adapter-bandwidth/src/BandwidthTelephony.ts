/** Bandwidth behind the port: what it can do, and how it is built. */
import { Telephony } from "@careline/ports"
import { type Config, Effect, Layer } from "effect"
import * as BandwidthClient from "./BandwidthClient.ts"
import * as BandwidthConfig from "./BandwidthConfig.ts"
import { type BandwidthOptions, PROVIDER } from "./BandwidthOptions.ts"
import * as Messages from "./Messages.ts"
import * as Webhooks from "./Webhooks.ts"

export const capabilities: Telephony.Capabilities = {
  messages: {
    // This adapter sends texts only. Media that come in are read.
    mms: null,
    maxTextLength: 2048,
    attemptEcho: "client_reference",
    find: "none",
    findAfterMillis: null,
    status: "none"
  },
  webhooks: {
    unsigned: "forged",
    signatureCovers: "nothing",
    signatureMaxAgeMillis: null,
    namesKeywords: false
  },
  // Toll-free numbers apart: there the network itself enforces and answers STOP.
  voice: null,
  media: "none",
  history: { messages: false, calls: false, recordings: false },
  numbers: null,
  optOutReplies: "application"
}

export const make = (options: BandwidthOptions): Effect.Effect<Telephony.TelephonyService> =>
  Effect.sync(() =>
    Telephony.make({
      provider: PROVIDER,
      capabilities,
      webhooks: Webhooks.make(options),
      messages: Messages.make(BandwidthClient.make(options), options.applicationId)
    })
  )

export const layer = (options: BandwidthOptions): Layer.Layer<Telephony.Telephony> =>
  Layer.effect(Telephony.Telephony, make(options))

/** From the environment: see `BandwidthConfig`. */
export const layerConfig: Layer.Layer<Telephony.Telephony, Config.ConfigError> = Layer.effect(
  Telephony.Telephony,
  Effect.flatMap(BandwidthConfig.load, make)
)
