/** Vonage, on this machine: its Messages, Voice and Reports APIs, and its webhooks. */
import type { Effect, Scope } from "effect"
import { CallEngine } from "../core/CallEngine.ts"
import * as ControlApi from "../core/ControlApi.ts"
import { Faults } from "../core/Faults.ts"
import * as HttpServer from "../core/HttpServer.ts"
import { Ledger } from "../core/Ledger.ts"
import * as Scenario from "../core/Scenario.ts"
import * as Simulator from "../core/Simulator.ts"
import { StatusEngine } from "../core/StatusEngine.ts"
import { Account, type AccountOptions } from "./Account.ts"
import { Credentials, type CredentialsOptions } from "./Credentials.ts"
import { MediaFiles } from "./MediaFiles.ts"
import { NumbersApi, type NumbersOptions } from "./NumbersApi.ts"
import { fail, RestApi } from "./RestApi.ts"
import { Setup, type SetupOptions } from "./Setup.ts"
import { VoiceApi } from "./VoiceApi.ts"
import { type VoiceUrls, VoiceWebhooks } from "./VoiceWebhooks.ts"
import { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface VonageSimulatorOptions
  extends Simulator.SimulatorOptions, AccountOptions, CredentialsOptions, SetupOptions, NumbersOptions, VoiceUrls {
  /** The first one signs webhooks, the last one while it is rotated. */
  readonly signatureSecrets: readonly [string, ...Array<string>]
  /** The application's inbound URL. */
  readonly inboundUrl: string
  /** How often a webhook is tried again, and after what pause, in milliseconds. */
  readonly webhookRetries?: number | undefined
  readonly webhookRetryDelayMillis?: number | undefined
}

export type VonageSimulator = Simulator.Simulator

const DEFAULT_RETRIES = 2
const DEFAULT_RETRY_DELAY = 10
/** "Handset temporarily unreachable" and "invalid number". */
const ERROR_CODES = { undelivered: "1310", failed: "1170" }

/** Vonage does not say which words it answered itself. */
const speaks: ReadonlySet<Scenario.Scenario> = new Set(
  Scenario.scenarios.filter((scenario) => scenario !== "providerHandledStop")
)

export const start = async (options: VonageSimulatorOptions): Promise<VonageSimulator> => {
  const { apiKey, apiSecret, applicationId, signatureSecrets } = options
  const ledger = new Ledger(options.ledgerLimit)
  const faults = new Faults()
  const sender = new WebhookSender({
    ledger,
    faults,
    apiKey,
    applicationId,
    signatureSecrets,
    retries: options.webhookRetries ?? DEFAULT_RETRIES,
    retryDelayMillis: options.webhookRetryDelayMillis ?? DEFAULT_RETRY_DELAY
  })
  const engine = new StatusEngine({
    faults,
    delayMillis: options.statusDelayMillis,
    errorCodes: ERROR_CODES,
    report: async (message, status) => {
      if (message.callbackUrl === null) return
      await sender.deliver(message.callbackUrl, { ...Wire.status(message, status), ...faults.unknownParameters })
    }
  })
  const numbersApi = new NumbersApi(options, { texts: () => account.inboundUrl, calls: options.voiceUrl ?? "" })
  const { market } = numbersApi
  // A simulator that was told its numbers knows those that were bought since.
  const numbers = options.numbers === undefined ? undefined : market.owned
  const account: Account = new Account({ ...options, numbers }, { ledger, sender, engine, faults, numbers: market })
  const apiUrl = (): string => server.url
  const webhooks = new VoiceWebhooks({ ...options, numbers, market, sender, apiUrl })
  const calls = new CallEngine(webhooks)
  const media = new MediaFiles(apiUrl)
  const credentials = new Credentials(options)
  const api = new RestApi({
    apiKey,
    account,
    setup: new Setup(options, () => account.inboundUrl),
    voice: new VoiceApi({ calls, webhooks, numbers }),
    media,
    numbers: numbersApi,
    authenticatesMedia: options.authenticatesMedia ?? false,
    credentials,
    ledger,
    faults
  })

  const server = await HttpServer.listen(
    options.port ?? 0,
    async (incoming, response) => {
      if (await ControlApi.handle(simulator, incoming, response)) return
      const { method = "GET", url: target = "/" } = incoming.request
      const isLetIn = credentials.isApplication(incoming.request) || credentials.isAccount(incoming.request)
      ledger.addRequest({ method, target, isLetIn })
      if (incoming.body === null) return fail(response, Wire.problems.invalidParameters)
      return api.handle(incoming.request, response, incoming.url, incoming.body)
    },
    (response) => fail(response, Wire.problems.server)
  )

  const simulator = Simulator.assemble({
    provider: "vonage",
    controlToken: apiSecret,
    speaks,
    ledger,
    faults,
    server,
    account,
    engine,
    sender,
    calls,
    numbers: market,
    hostMedia: (file) => media.host(file)
  })
  return simulator
}

/** The same, for as long as the scope is open. */
export const scoped = (options: VonageSimulatorOptions): Effect.Effect<VonageSimulator, never, Scope.Scope> =>
  Simulator.scoped(() => start(options))
