/** Telnyx, on this machine: its REST API for messages and calls, and its webhooks. */
import type { Effect, Scope } from "effect"
import { CallEngine } from "../core/CallEngine.ts"
import * as ControlApi from "../core/ControlApi.ts"
import { Faults } from "../core/Faults.ts"
import * as HttpServer from "../core/HttpServer.ts"
import { Ledger } from "../core/Ledger.ts"
import * as Scenario from "../core/Scenario.ts"
import * as Simulator from "../core/Simulator.ts"
import { StatusEngine } from "../core/StatusEngine.ts"
import type { Reporting } from "../core/Twiml.ts"
import type { VoiceUrls } from "../core/Voice.ts"
import { Account, type AccountOptions } from "./Account.ts"
import { MediaStore } from "./MediaStore.ts"
import { NumbersApi, type NumbersOptions } from "./NumbersApi.ts"
import { RestApi } from "./RestApi.ts"
import { Setup, type SetupOptions } from "./Setup.ts"
import { SignedLinks } from "./SignedLinks.ts"
import type { SigningKey } from "./Signing.ts"
import { VoiceApi } from "./VoiceApi.ts"
import { VoiceWebhooks } from "./VoiceWebhooks.ts"
import { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface TelnyxSimulatorOptions
  extends Simulator.SimulatorOptions, AccountOptions, SetupOptions, NumbersOptions, VoiceUrls {
  readonly apiKey: string
  /** The first one signs webhooks, the last one while it is rotated. */
  readonly signingKeys: readonly [SigningKey, ...Array<SigningKey>]
  /** The messaging profile's webhook URL: where inbound texts are delivered. */
  readonly inboundUrl: string
}

const DEFAULT_ACCOUNT_SID = "cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b"
const DEFAULT_CONNECTION_ID = "2811212257810187875"

export type TelnyxSimulator = Simulator.Simulator

/** "Undeliverable" and "not routable". */
const ERROR_CODES = { undelivered: "40008", failed: "40001" }

/** `message.sent` while it is on its way, `message.finalized` at its end. */
const eventOf = (status: string): string => (status === "sent" ? "message.sent" : "message.finalized")

export const start = async (options: TelnyxSimulatorOptions): Promise<TelnyxSimulator> => {
  const { apiKey } = options
  const ledger = new Ledger(options.ledgerLimit)
  const faults = new Faults()
  const sender = new WebhookSender({ ledger, faults, keys: options.signingKeys })
  const engine = new StatusEngine({
    faults,
    delayMillis: options.statusDelayMillis,
    errorCodes: ERROR_CODES,
    report: async (message, status) => {
      if (message.callbackUrl === null) return
      const payload = { ...Wire.messageResource(options, message, status), ...faults.unknownParameters }
      await sender.deliver(message.callbackUrl, Wire.event(eventOf(status), payload))
    }
  })
  const origin = (): string => server.url
  const voiceAccount = {
    accountSid: options.accountSid ?? DEFAULT_ACCOUNT_SID,
    connectionId: options.connectionId ?? DEFAULT_CONNECTION_ID
  }
  const numbersApi = new NumbersApi(options, {
    texts: () => account.inboundUrl,
    calls: options.voiceUrl ?? "",
    connectionId: voiceAccount.connectionId
  })
  const { market } = numbersApi
  // A simulator that was told its numbers knows those that were bought since.
  const numbers = options.numbers === undefined ? undefined : market.owned
  const account: Account = new Account({ ...options, numbers }, { ledger, sender, engine, faults, numbers: market })
  const links = new SignedLinks(origin, (id) => {
    const recording = calls.recordings.find(id)
    return recording?.state === "kept" ? recording.bytes : undefined
  })
  const calls: CallEngine<Reporting> = new CallEngine(
    new VoiceWebhooks({ ...options, ...voiceAccount, numbers, market, sender, links })
  )
  const media = new MediaStore(origin)
  const api = new RestApi({
    profile: options,
    account,
    setup: new Setup({ ...options, ...voiceAccount }, () => account.inboundUrl, market),
    voice: new VoiceApi({ ...voiceAccount, calls, links, numbers }),
    media,
    numbers: numbersApi,
    ledger,
    faults
  })

  const server = await HttpServer.listen(
    options.port ?? 0,
    async (incoming, response) => {
      if (await ControlApi.handle(simulator, incoming, response)) return
      // Where recordings lie is another's machine, which asks for no key of Telnyx's.
      if (links.handle(incoming.request, response, incoming.url)) return
      const { method = "GET", url: target = "/" } = incoming.request
      const isLetIn = incoming.request.headers.authorization === `Bearer ${apiKey}`
      ledger.addRequest({ method, target, isLetIn })
      if (!isLetIn) return Wire.fail(response, Wire.errors.authentication)
      if (incoming.body === null) return Wire.fail(response, Wire.errors.badRequest)
      return api.handle(incoming.request, response, incoming.url, incoming.body)
    },
    (response) => Wire.fail(response, Wire.errors.server)
  )

  const simulator = Simulator.assemble({
    provider: "telnyx",
    basePath: "/v2",
    controlToken: apiKey,
    speaks: new Set(Scenario.scenarios),
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
export const scoped = (options: TelnyxSimulatorOptions): Effect.Effect<TelnyxSimulator, never, Scope.Scope> =>
  Simulator.scoped(() => start(options))
