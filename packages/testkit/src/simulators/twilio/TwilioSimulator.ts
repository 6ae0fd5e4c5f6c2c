/** Twilio, on this machine: its REST API for messages and calls, and its webhooks. */
import type { IncomingMessage } from "node:http"
import { type Effect, type Scope } from "effect"
import { CallEngine } from "../core/CallEngine.ts"
import * as ControlApi from "../core/ControlApi.ts"
import { Faults } from "../core/Faults.ts"
import * as HttpServer from "../core/HttpServer.ts"
import { Ledger } from "../core/Ledger.ts"
import * as Scenario from "../core/Scenario.ts"
import * as Simulator from "../core/Simulator.ts"
import { StatusEngine } from "../core/StatusEngine.ts"
import type { VoiceUrls } from "../core/Voice.ts"
import { Account, type AccountOptions } from "./Account.ts"
import { fail } from "./ApiAnswer.ts"
import { MediaApi } from "./MediaApi.ts"
import { NumbersApi, type NumbersOptions } from "./NumbersApi.ts"
import { RestApi } from "./RestApi.ts"
import { Setup, type SetupOptions } from "./Setup.ts"
import * as StatusCallback from "./StatusCallback.ts"
import { VoiceApi } from "./VoiceApi.ts"
import { VoiceWebhooks } from "./VoiceWebhooks.ts"
import { WebhookSender } from "./WebhookSender.ts"
import { errors } from "./Wire.ts"

export interface TwilioSimulatorOptions
  extends Simulator.SimulatorOptions, AccountOptions, SetupOptions, NumbersOptions, VoiceUrls {
  /** The first one signs webhooks, the last one while it is rotated; all of them are let in. */
  readonly authTokens: readonly [string, ...Array<string>]
  /** Secrets by the key's SID. */
  readonly apiKeys?: Readonly<Record<string, string>> | undefined
  /** Where inbound texts are delivered, overrides in the fragment. */
  readonly smsUrl: string
}

export type TwilioSimulator = Simulator.Simulator

/** "Unreachable destination handset" and "unknown destination handset". */
const ERROR_CODES = { undelivered: "30003", failed: "30005" }

/** Twilio signs no time. */
const speaks: ReadonlySet<Scenario.Scenario> = new Set(
  Scenario.scenarios.filter((scenario) => scenario !== "staleTimestamp")
)

const credentialsOf = (request: IncomingMessage): readonly [string, string] => {
  const decoded = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /i, ""), "base64").toString("utf8")
  const colon = decoded.indexOf(":")
  return colon === -1 ? ["", ""] : [decoded.slice(0, colon), decoded.slice(colon + 1)]
}

export const start = async (options: TwilioSimulatorOptions): Promise<TwilioSimulator> => {
  const { accountSid, authTokens } = options
  const apiKeys = new Map(Object.entries(options.apiKeys ?? {}))
  const ledger = new Ledger(options.ledgerLimit)
  const faults = new Faults()
  const sender = new WebhookSender({ ledger, authTokens, faults })
  const engine = new StatusEngine({
    faults,
    delayMillis: options.statusDelayMillis,
    errorCodes: ERROR_CODES,
    // With a Messaging Service a message waits for its sender first; without one it is queued from the beginning, and no
    // callback is sent for the status that it begins with.
    before: ({ service }) => (service === null ? [] : ["queued"]),
    report: async (message, status) => {
      if (message.callbackUrl === null) return
      await sender.deliver(message.callbackUrl, [
        ...StatusCallback.formOf(accountSid, message, status),
        ...Object.entries(faults.unknownParameters)
      ])
    }
  })
  const numbersApi = new NumbersApi(options, () => account.inboundUrl)
  const { market } = numbersApi
  // A simulator that was told its numbers knows those that were bought since.
  const numbers = options.numbers === undefined ? undefined : market.owned
  const account: Account = new Account({ ...options, numbers }, { ledger, sender, engine, faults, numbers: market })
  const apiUrl = (): string => server.url
  const calls = new CallEngine(new VoiceWebhooks({ ...options, accountSid, numbers, market, sender, apiUrl }))
  const voice = new VoiceApi({ accountSid, calls, numbers, apiUrl })
  const media = new MediaApi(accountSid, ledger, apiUrl)
  const setup = new Setup(options, () => account.inboundUrl, numbersApi)
  const api = new RestApi({ accountSid, account, setup, voice, media, numbers: numbersApi, ledger, faults })

  const isLetIn = (request: IncomingMessage): boolean => {
    const [user, password] = credentialsOf(request)
    return user === accountSid ? authTokens.includes(password) : apiKeys.get(user) === password
  }

  const server = await HttpServer.listen(
    options.port ?? 0,
    async (incoming, response) => {
      if (await ControlApi.handle(simulator, incoming, response)) return
      const { method = "GET", url: target = "/" } = incoming.request
      ledger.addRequest({ method, target, isLetIn: isLetIn(incoming.request) })
      if (media.handleContent(response, incoming.url)) return
      if (!isLetIn(incoming.request)) return fail(response, errors.authenticate)
      if (incoming.body === null) return fail(response, errors.tooLarge)
      return api.handle(incoming.request, response, incoming.url, incoming.body)
    },
    (response) => fail(response, errors.server)
  )

  const simulator = Simulator.assemble({
    provider: "twilio",
    controlToken: authTokens[0],
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
export const scoped = (options: TwilioSimulatorOptions): Effect.Effect<TwilioSimulator, never, Scope.Scope> =>
  Simulator.scoped(() => start(options))
