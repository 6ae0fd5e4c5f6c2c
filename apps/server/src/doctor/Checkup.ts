/** Checks a host's configuration against its providers, and says what to do about what is wrong. Prints no secret. */
import { TelnyxTelephony } from "@careline/adapter-telnyx"
import { TwilioTelephony } from "@careline/adapter-twilio"
import { VonageTelephony } from "@careline/adapter-vonage"
import type { Diagnosis } from "@careline/adapter-kit"
import { Effect } from "effect"
import { type HostConfig, hostConfig } from "../config/HostConfig.ts"
import * as Providers from "../config/Providers.ts"
import * as SelfTesting from "./SelfTesting.ts"

/** One line of the report. */
export interface Line {
  readonly level: Diagnosis.Level
  /** A provider, or the host itself. */
  readonly subject: Providers.ProviderName | "host"
  readonly check: Diagnosis.Check | "configuration"
  readonly message: string
}

const diagnoses: Readonly<Record<Providers.ProviderName, typeof TwilioTelephony.diagnosisConfig>> = {
  twilio: TwilioTelephony.diagnosisConfig,
  telnyx: TelnyxTelephony.diagnosisConfig,
  vonage: VonageTelephony.diagnosisConfig
}

const ofHost = (level: Diagnosis.Level, message: string): Line => ({
  level,
  subject: "host",
  check: "configuration",
  message
})

const onOneLine = (message: string): string => message.replaceAll(/\s+/g, " ").replace(/^SchemaError\((.*)\)$/, "$1")

/** The errors of a configuration name the variable, and never its value. */
const misconfigured = ({ message }: { readonly message: string }) =>
  Effect.succeed([ofHost("error", `The host does not start with this configuration: ${onOneLine(message)}`)])

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** What can be said of the public URL without calling it. */
export const ofPublicUrl = (publicUrl: string): ReadonlyArray<Line> => {
  const { hostname, protocol } = new URL(publicUrl)
  if (LOOPBACK.test(hostname)) {
    return [
      ofHost("warning", "PUBLIC_URL leads to this machine, where no provider reaches it: only a simulator here does")
    ]
  }
  return protocol === "https:"
    ? []
    : [ofHost("warning", "PUBLIC_URL is not https, so texts would travel unencrypted: put TLS before the host")]
}

const ofProvider = (name: Providers.ProviderName): Effect.Effect<ReadonlyArray<Line>> =>
  Effect.gen(function* () {
    const { findings, selfTest } = yield* diagnoses[name]
    const found = [...(yield* findings), yield* SelfTesting.perform(yield* selfTest, name)]
    return found.map((finding): Line => ({ ...finding, subject: name }))
  }).pipe(Effect.catch(misconfigured))

const ofConfig = Effect.fnUntraced(function* (config: HostConfig) {
  const { fallbackProvider, provider } = config
  const sending = fallbackProvider === null ? [provider] : [provider, fallbackProvider]
  const others = yield* Providers.others(sending)
  const names = config.sandbox ? others : [...sending, ...others]
  const lines = yield* Effect.forEach(names, ofProvider)
  return [
    ...(config.sandbox ? [ofHost("ok", "The sandbox brings its own provider: there is nothing to check")] : []),
    ...(names.length === 0 ? [] : ofPublicUrl(config.publicUrl)),
    ...lines.flat()
  ]
})

/** Everything that was found about the active provider and every other configured one. Never fails. */
export const examine: Effect.Effect<ReadonlyArray<Line>> = hostConfig.pipe(
  Effect.flatMap(ofConfig),
  Effect.catch(misconfigured)
)

export const isSound = (lines: ReadonlyArray<Line>): boolean => lines.every(({ level }) => level !== "error")

const WIDTHS = { level: 7, subject: 6, check: 13 }

/** As it is printed. */
export const format = ({ check, level, message, subject }: Line): string =>
  `${level.padEnd(WIDTHS.level)}  ${subject.padEnd(WIDTHS.subject)}  ${check.padEnd(WIDTHS.check)}  ${message}`
