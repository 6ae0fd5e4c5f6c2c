/**
 * Twilio, on this machine: a real HTTP server that the real SDK talks to, and that calls webhooks back as Twilio does.
 * Knows messages; says what it took and delivered (`ledger`); can be made to fail (`faults`).
 *
 * `/_simulator/*` lets another process inject texts and read the ledger, with the account's credentials.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Context, Effect, Layer, type Scope } from "effect"
import { Account, type AccountOptions, type InboundText } from "./Account.ts"
import { fail } from "./ApiAnswer.ts"
import * as ControlApi from "./ControlApi.ts"
import { Faults } from "./Faults.ts"
import { Ledger } from "./Ledger.ts"
import { RestApi } from "./RestApi.ts"
import { type Ending, StatusEngine } from "./StatusEngine.ts"
import { type Delivery, WebhookSender } from "./WebhookSender.ts"
import { errors } from "./Wire.ts"

export interface TwilioSimulatorOptions extends AccountOptions {
  /** The first one signs webhooks; all of them are let in. */
  readonly authTokens: readonly [string, ...Array<string>]
  /** Secrets by the key's SID. */
  readonly apiKeys?: Readonly<Record<string, string>> | undefined
  /** Where inbound texts are delivered, overrides in the fragment. */
  readonly smsUrl: string
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number | undefined
  /** Between two statuses of a message, in milliseconds. */
  readonly statusDelayMillis?: number | undefined
  /** Messages, and tries at webhooks, that the ledger keeps. */
  readonly ledgerLimit?: number | undefined
}

export interface TwilioSimulator {
  /** `TWILIO_BASE_URL` for it. */
  readonly url: string
  readonly ledger: Ledger
  readonly faults: Faults
  /** Somebody texts one of our numbers. Ends when the webhook was answered, or given up. */
  readonly receive: (text: InboundText) => Promise<Delivery & { readonly sid: string }>
  /** Messages to this recipient end so, with this code of Twilio's where they fail. */
  readonly script: (to: string, ending: Ending, errorCode?: number) => void
  /** Signs with another token from now on. */
  readonly rotate: (authToken: string) => void
  readonly setSmsUrl: (url: string) => void
  /** Once every message has come to its end, and no webhook is under way. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

const MAX_REQUEST_BYTES = 1024 * 1024
const DEFAULT_STATUS_DELAY = 5

/** The body, `null` when it is too large. */
const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk)
  }
  return size > MAX_REQUEST_BYTES ? null : Buffer.concat(chunks).toString("utf8")
}

const credentialsOf = (request: IncomingMessage): readonly [string, string] => {
  const decoded = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /i, ""), "base64").toString("utf8")
  const colon = decoded.indexOf(":")
  return colon === -1 ? ["", ""] : [decoded.slice(0, colon), decoded.slice(colon + 1)]
}

const listen = (
  port: number,
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      handle(request, response).catch(() => {
        if (!response.headersSent) fail(response, errors.server)
      })
    })
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resolve({
        url: `http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : port}`,
        close: () =>
          new Promise<void>((closed) => {
            server.close(() => closed())
            server.closeAllConnections()
          })
      })
    })
  })

export const start = async (options: TwilioSimulatorOptions): Promise<TwilioSimulator> => {
  const { accountSid, authTokens } = options
  const apiKeys = new Map(Object.entries(options.apiKeys ?? {}))
  let signingToken = authTokens[0]
  const ledger = new Ledger(options.ledgerLimit)
  const faults = new Faults()
  const sender = new WebhookSender({ ledger, authToken: () => signingToken })
  const delayMillis = options.statusDelayMillis ?? DEFAULT_STATUS_DELAY
  const engine = new StatusEngine({ accountSid, sender, faults, delayMillis })
  const account = new Account(options, { ledger, sender, engine, faults })
  const api = new RestApi({ accountSid, account, ledger, faults })
  const control = new ControlApi.ControlApi({ account, engine, faults, ledger })

  const isLetIn = (request: IncomingMessage): boolean => {
    const [user, password] = credentialsOf(request)
    return user === accountSid ? authTokens.includes(password) : apiKeys.get(user) === password
  }

  const { close, url } = await listen(options.port ?? 0, async (request, response) => {
    const body = await readBody(request)
    if (!isLetIn(request)) return fail(response, errors.authenticate)
    if (body === null) return fail(response, errors.tooLarge)
    const target = new URL(`http://127.0.0.1${request.url ?? "/"}`)
    if (target.pathname.startsWith(ControlApi.PREFIX)) return control.handle(request, response, target, body)
    api.handle(request, response, target, body)
  })

  return {
    url,
    ledger,
    faults,
    receive: (text) => account.receive(text),
    script: (to, ending, errorCode) => engine.script(to, ending, errorCode ?? null),
    rotate: (authToken) => {
      signingToken = authToken
    },
    setSmsUrl: (smsUrl) => {
      account.smsUrl = smsUrl
    },
    idle: async () => {
      await engine.idle()
      await sender.idle()
    },
    close: async () => {
      engine.stop()
      await close()
    }
  }
}

/** The same, for as long as the scope is open. */
export const scoped = (options: TwilioSimulatorOptions): Effect.Effect<TwilioSimulator, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => start(options)),
    (simulator) => Effect.promise(() => simulator.close())
  )

/** A running simulator, as a service. */
export class Simulator extends Context.Service<Simulator, TwilioSimulator>()("careline/testkit/TwilioSimulator") {}

export const layer = (options: TwilioSimulatorOptions): Layer.Layer<Simulator> =>
  Layer.effect(Simulator, scoped(options))
