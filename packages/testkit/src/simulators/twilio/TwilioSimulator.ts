/**
 * Twilio, on this machine: a real HTTP server that the real SDK talks to, and that calls webhooks back as Twilio does.
 * Knows messages; says what it took and delivered (`ledger`); can be made to fail (`faults`).
 *
 * `/_simulator/*` lets another process inject texts and read the ledger, with the account's credentials.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Account, type AccountOptions, type InboundText } from "./Account.ts"
import { Faults, type SendFault } from "./Faults.ts"
import { Ledger } from "./Ledger.ts"
import { fail, json, RestApi } from "./RestApi.ts"
import { type Ending, StatusEngine } from "./StatusEngine.ts"
import { type Delivery, WebhookSender } from "./WebhookSender.ts"
import { errors } from "./Wire.ts"

export interface TwilioSimulatorOptions extends AccountOptions {
  /** The first one signs webhooks; all of them are let in. */
  readonly authTokens: readonly [string, ...Array<string>]
  readonly apiKeys?: Readonly<Record<string, string>> | undefined
  /** Where inbound texts are delivered, overrides in the fragment. */
  readonly smsUrl: string
  /** On 127.0.0.1; a free one when not given. */
  readonly port?: number | undefined
  /** Between two statuses of a message, in milliseconds. */
  readonly statusDelayMillis?: number | undefined
}

export interface TwilioSimulator {
  /** `TWILIO_BASE_URL` for it. */
  readonly url: string
  readonly ledger: Ledger
  readonly faults: Faults
  /** Somebody texts one of our numbers. Ends when the webhook was answered, or given up. */
  readonly receive: (text: InboundText) => Promise<Delivery & { readonly sid: string }>
  /** Messages to this recipient end so. */
  readonly script: (to: string, ending: Ending) => void
  /** Signs with another token from now on. */
  readonly rotate: (authToken: string) => void
  readonly setSmsUrl: (url: string) => void
  /** Once no webhook is under way. */
  readonly idle: () => Promise<void>
  readonly close: () => Promise<void>
}

const MAX_REQUEST_BYTES = 1024 * 1024
const DEFAULT_STATUS_DELAY = 5

const readBody = async (request: IncomingMessage): Promise<string | null> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_REQUEST_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

const credentialsOf = (request: IncomingMessage): readonly [string, string] => {
  const decoded = Buffer.from((request.headers.authorization ?? "").replace(/^Basic /i, ""), "base64").toString("utf8")
  const colon = decoded.indexOf(":")
  return [decoded.slice(0, colon), decoded.slice(colon + 1)]
}

export const start = async (options: TwilioSimulatorOptions): Promise<TwilioSimulator> => {
  const { accountSid, apiKeys = {}, authTokens } = options
  let signingToken = authTokens[0]
  const ledger = new Ledger()
  const faults = new Faults()
  const sender = new WebhookSender({ ledger, authToken: () => signingToken })
  const engine = new StatusEngine({
    accountSid,
    sender,
    faults,
    delayMillis: options.statusDelayMillis ?? DEFAULT_STATUS_DELAY
  })
  const account = new Account(options, { ledger, sender, engine, faults })
  const api = new RestApi({ accountSid, account, ledger, faults })

  const isLetIn = (request: IncomingMessage): boolean => {
    const [user, password] = credentialsOf(request)
    return (user === accountSid && authTokens.includes(password)) || (user !== "" && apiKeys[user] === password)
  }

  const control = async (response: ServerResponse, url: URL, body: string): Promise<void> => {
    const given = (body === "" ? {} : JSON.parse(body)) as Record<string, unknown>
    switch (url.pathname) {
      case "/_simulator/receive":
        return json(response, 200, await account.receive(given as unknown as InboundText))
      case "/_simulator/ledger":
        return json(response, 200, { messages: ledger.messages, webhooks: ledger.webhooks })
      case "/_simulator/fault":
        faults.onSend(given.fault as SendFault, Number(given.times ?? 1))
        return json(response, 200, {})
      case "/_simulator/script":
        engine.script(String(given.to), given.ending as Ending)
        return json(response, 200, {})
      default:
        return fail(response, errors.notFound)
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1")
    const body = await readBody(request)
    if (!isLetIn(request) || body === null) return fail(response, errors.authenticate)
    if (url.pathname.startsWith("/_simulator/")) return control(response, url, body)
    api.handle(request, response, url, body)
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => {
      if (!response.headersSent) fail(response, errors.server)
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(options.port ?? 0, "127.0.0.1", resolve)
  })
  const address = server.address()
  const port = address !== null && typeof address === "object" ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}`,
    ledger,
    faults,
    receive: (text) => account.receive(text),
    script: (to, ending) => engine.script(to, ending),
    rotate: (authToken) => {
      signingToken = authToken
    },
    setSmsUrl: (url) => {
      account.smsUrl = url
    },
    idle: () => sender.idle(),
    close: async () => {
      engine.stop()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }
}
