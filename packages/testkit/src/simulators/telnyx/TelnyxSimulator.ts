/** Telnyx, on this machine: its REST API for messages, and its webhooks. */
import type { Effect, Scope } from "effect"
import * as ControlApi from "../core/ControlApi.ts"
import { Faults } from "../core/Faults.ts"
import * as HttpServer from "../core/HttpServer.ts"
import { Ledger } from "../core/Ledger.ts"
import * as Scenario from "../core/Scenario.ts"
import * as Simulator from "../core/Simulator.ts"
import { StatusEngine } from "../core/StatusEngine.ts"
import { Account, type AccountOptions } from "./Account.ts"
import { fail, RestApi } from "./RestApi.ts"
import { Setup, type SetupOptions } from "./Setup.ts"
import type { SigningKey } from "./Signing.ts"
import { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface TelnyxSimulatorOptions extends AccountOptions, SetupOptions {
  readonly apiKey: string
  /** The first one signs webhooks, the last one while it is rotated. */
  readonly signingKeys: readonly [SigningKey, ...Array<SigningKey>]
  /** The messaging profile's webhook URL: where inbound texts are delivered. */
  readonly inboundUrl: string
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number | undefined
  /** Between two statuses of a message, in milliseconds. */
  readonly statusDelayMillis?: number | undefined
  /** Messages, and tries at webhooks, that the ledger keeps. */
  readonly ledgerLimit?: number | undefined
}

export type TelnyxSimulator = Simulator.Simulator

const DEFAULT_STATUS_DELAY = 5
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
    delayMillis: options.statusDelayMillis ?? DEFAULT_STATUS_DELAY,
    errorCodes: ERROR_CODES,
    report: async (message, status) => {
      if (message.callbackUrl === null) return
      const payload = { ...Wire.messageResource(options, message, status), ...faults.unknownParameters }
      await sender.deliver(message.callbackUrl, Wire.event(eventOf(status), payload))
    }
  })
  const account = new Account(options, { ledger, sender, engine, faults })
  const api = new RestApi({
    profile: options,
    account,
    setup: new Setup(options, () => account.inboundUrl),
    ledger,
    faults
  })

  const server = await HttpServer.listen(
    options.port ?? 0,
    async (incoming, response) => {
      if (await ControlApi.handle(simulator, incoming, response)) return
      if (incoming.request.headers.authorization !== `Bearer ${apiKey}`) {
        return fail(response, Wire.errors.authentication)
      }
      if (incoming.body === null) return fail(response, Wire.errors.badRequest)
      return api.handle(incoming.request, response, incoming.url, incoming.body)
    },
    (response) => fail(response, Wire.errors.server)
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
    sender
  })
  return simulator
}

/** The same, for as long as the scope is open. */
export const scoped = (options: TelnyxSimulatorOptions): Effect.Effect<TelnyxSimulator, never, Scope.Scope> =>
  Simulator.scoped(() => start(options))
