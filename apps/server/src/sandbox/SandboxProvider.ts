/** A provider of our own beside the host: its simulator, and the real adapter with the real SDK that talks to it. */
import { createHmac, generateKeyPairSync } from "node:crypto"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { TelnyxTelephony } from "@careline/adapter-telnyx"
import { VonageTelephony } from "@careline/adapter-vonage"
import { CallbackUrl } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import {
  SimulatorKit,
  type Simulator,
  telnyxKeyOfSeed,
  TelnyxSimulator,
  TwilioSimulator,
  VonageSimulator
} from "@careline/testkit/simulators"
import { Effect, Redacted, type Scope } from "effect"
import type { ProviderName } from "../config/Providers.ts"

export interface SandboxOptions {
  readonly publicUrl: string
  /** What every credential is derived from, so that a restarted sandbox has the same ones. */
  readonly secret: string
  /** Between two statuses of a message, in milliseconds. */
  readonly statusDelayMillis?: number | undefined
  /** Puts something between the adapter and its simulator, such as a proxy: from the simulator's URL to the adapter's. */
  readonly between?: ((url: string) => Effect.Effect<string, never, Scope.Scope>) | undefined
  /** How long the adapter waits for its provider, in milliseconds. */
  readonly timeoutMillis?: number | undefined
}

export interface SandboxProvider {
  readonly simulator: Simulator
  readonly telephony: Telephony.TelephonyService
}

/** Between two statuses of a message: as long as one can see. */
const STATUS_DELAY_MILLIS = 150
const direct = (url: string) => Effect.succeed(url)
const RSA_BITS = 2048

type Start = (options: SandboxOptions) => Effect.Effect<SandboxProvider, never, Scope.Scope>

/** A credential of the sandbox, the same for the same secret. */
const derive = (secret: string, name: string): Buffer => createHmac("sha256", secret).update(name).digest()

/** Where a provider delivers calls. */
const callUrls = (publicUrl: string, provider: string) => ({
  voiceUrl: CallbackUrl.ofKind(publicUrl, provider, "call"),
  voiceFallbackUrl: CallbackUrl.ofKind(publicUrl, provider, "fallback"),
  callStatusUrl: CallbackUrl.ofKind(publicUrl, provider, "call-status")
})

const twilio: Start = Effect.fnUntraced(function* (options) {
  const { between = direct, publicUrl, secret } = options
  const accountSid = `AC${"5a".repeat(16)}`
  const authToken = derive(secret, "twilio").toString("hex")
  const simulator = yield* SimulatorKit.scoped(() =>
    TwilioSimulator.start({
      accountSid,
      authTokens: [authToken],
      smsUrl: CallbackUrl.ofKind(publicUrl, "twilio", "sms"),
      statusUrl: CallbackUrl.ofKind(publicUrl, "twilio", "status"),
      ...callUrls(publicUrl, "twilio"),
      statusDelayMillis: options.statusDelayMillis ?? STATUS_DELAY_MILLIS
    })
  )
  const telephony = yield* TwilioTelephony.make({
    accountSid,
    authTokens: [Redacted.make(authToken)],
    apiKey: null,
    messagingServiceSid: null,
    baseUrl: yield* between(simulator.url),
    publicUrl,
    timeoutMillis: options.timeoutMillis
  })
  return { simulator, telephony }
})

const telnyx: Start = Effect.fnUntraced(function* (options) {
  const { between = direct, publicUrl, secret } = options
  const apiKey = `KEY${derive(secret, "telnyx").toString("hex")}`
  const key = telnyxKeyOfSeed(derive(secret, "telnyx webhooks"))
  const voice = { connectionId: "5252525252525252525", accountSid: "5a5a5a5a-5a5a-4a5a-8a5a-5a5a5a5a5a5c" }
  const messagingProfileId = "5a5a5a5a-5a5a-4a5a-8a5a-5a5a5a5a5a5a"
  const simulator = yield* SimulatorKit.scoped(() =>
    TelnyxSimulator.start({
      apiKey,
      signingKeys: [key],
      messagingProfileId,
      organizationId: "5a5a5a5a-5a5a-4a5a-8a5a-5a5a5a5a5a5b",
      inboundUrl: CallbackUrl.ofKind(publicUrl, "telnyx", "sms"),
      ...callUrls(publicUrl, "telnyx"),
      ...voice,
      statusDelayMillis: options.statusDelayMillis ?? STATUS_DELAY_MILLIS
    })
  )
  const telephony = yield* TelnyxTelephony.make({
    apiKey: Redacted.make(apiKey),
    publicKeys: [key.publicKey],
    messagingProfileId,
    ...voice,
    baseUrl: yield* between(simulator.url),
    publicUrl,
    timeoutMillis: options.timeoutMillis
  })
  return { simulator, telephony }
})

const vonage: Start = Effect.fnUntraced(function* (options) {
  const { between = direct, publicUrl, secret } = options
  const account = { apiKey: "5a5a5a5a", applicationId: "5a5a5a5a-5a5a-4a5a-8a5a-5a5a5a5a5a5a" }
  const apiSecret = derive(secret, "vonage").toString("hex")
  const signatureSecret = derive(secret, "vonage webhooks").toString("hex")
  // Nobody else sees it, so it may be another one after each start.
  const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: RSA_BITS })
  const privateKey = key.export({ type: "pkcs8", format: "pem" }).toString()
  const simulator = yield* SimulatorKit.scoped(() =>
    VonageSimulator.start({
      ...account,
      apiSecret,
      privateKey,
      signatureSecrets: [signatureSecret],
      inboundUrl: CallbackUrl.ofKind(publicUrl, "vonage", "sms"),
      ...callUrls(publicUrl, "vonage"),
      statusUrl: CallbackUrl.ofKind(publicUrl, "vonage", "status"),
      statusDelayMillis: options.statusDelayMillis ?? STATUS_DELAY_MILLIS
    })
  )
  const url = yield* between(simulator.url)
  const telephony = yield* VonageTelephony.make({
    ...account,
    apiSecret: Redacted.make(apiSecret),
    privateKey: Redacted.make(privateKey),
    signatureSecrets: [Redacted.make(signatureSecret)],
    apiBaseUrl: url,
    restBaseUrl: url,
    reportsLookup: true,
    publicUrl,
    timeoutMillis: options.timeoutMillis
  })
  return { simulator, telephony }
})

const starts: Readonly<Record<ProviderName, Start>> = { twilio, telnyx, vonage }

export const start = (name: ProviderName, options: SandboxOptions) => starts[name](options)
