/** The providers that a host can be set up for: from the environment to the adapter. */
import type { TwilioTelephony } from "@careline/adapter-twilio"
import { Telephony } from "@careline/ports"
import { Config, Context, Effect, Layer, Option, type Scope } from "effect"

export const providerNames = ["twilio", "telnyx", "vonage"] as const
export type ProviderName = (typeof providerNames)[number]

export const isProviderName = (text: string): text is ProviderName =>
  (providerNames as ReadonlyArray<string>).includes(text)

interface Provider {
  /** The adapter, configured by the environment. It is loaded where somebody uses the provider, and nowhere else. */
  readonly load: () => Promise<typeof TwilioTelephony.layerConfig>
  /** What it can do about numbers, without a credential. */
  readonly numbers: () => Promise<Telephony.Capabilities["numbers"]>
  /** The variable that tells whether somebody configured it. */
  readonly mark: string
}

const providers: Readonly<Record<ProviderName, Provider>> = {
  twilio: {
    load: async () => (await import("@careline/adapter-twilio")).TwilioTelephony.layerConfig,
    numbers: async () => (await import("@careline/adapter-twilio")).TwilioTelephony.capabilities().numbers,
    mark: "TWILIO_ACCOUNT_SID"
  },
  telnyx: {
    load: async () => (await import("@careline/adapter-telnyx")).TelnyxTelephony.layerConfig,
    numbers: async () => (await import("@careline/adapter-telnyx")).TelnyxTelephony.capabilities({}).numbers,
    mark: "TELNYX_API_KEY"
  },
  vonage: {
    load: async () => (await import("@careline/adapter-vonage")).VonageTelephony.layerConfig,
    numbers: async () => (await import("@careline/adapter-vonage")).VonageTelephony.capabilities({}).numbers,
    mark: "VONAGE_API_KEY"
  }
}

const isConfigured = (name: ProviderName): Effect.Effect<boolean> =>
  Config.option(Config.String(providers[name].mark)).pipe(
    Effect.map((value) => Option.getOrElse(value, () => "").trim() !== ""),
    Effect.orElseSucceed(() => false)
  )

/** The adapter of a layer. What it holds open stays so until the scope closes. */
export const adapterOf = <E>(
  layer: Layer.Layer<Telephony.Telephony, E>
): Effect.Effect<Telephony.TelephonyService, E, Scope.Scope> =>
  Effect.map(Layer.build(layer), Context.get(Telephony.Telephony))

/** One provider's adapter. A variable that is missing or malformed is named in the error. */
export const configure = (
  name: ProviderName
): Effect.Effect<Telephony.TelephonyService, Config.ConfigError, Scope.Scope> =>
  Effect.flatMap(Effect.promise(providers[name].load), adapterOf)

/** Whether the provider says what its numbers cost. */
export const namesPrices = (name: ProviderName): Effect.Effect<boolean> =>
  Effect.map(Effect.promise(providers[name].numbers), (numbers) => numbers?.prices === true)

/** All other providers that somebody configured. */
export const others = (active: ReadonlyArray<ProviderName>): Effect.Effect<ReadonlyArray<ProviderName>> =>
  Effect.filter(
    providerNames.filter((name) => !active.includes(name)),
    isConfigured
  )

/**
 * The adapters of all other providers that have credentials: their late callbacks still verify after a swap. One that is
 * half configured is a mistake, and named.
 */
export const configureOthers = Effect.fnUntraced(function* (active: ReadonlyArray<ProviderName>) {
  return yield* Effect.forEach(yield* others(active), configure)
})
