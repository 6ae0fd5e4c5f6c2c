/** Acme, a provider that does not exist: the plainest wire that the contract can be spoken in. */
import { createHmac, randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import { SimulatorKit } from "../../src/simulators/index.ts"
import { acmeNumbersApi } from "./AcmeNumbersApi.ts"
import { acmeVoice } from "./AcmeVoice.ts"
import { acmeVoiceApi } from "./AcmeVoiceApi.ts"

const { CallEngine, ControlApi, FaultyAnswer, Faults, HttpServer, Ledger, StatusEngine, WebhookRequest } = SimulatorKit

export const sign = (secret: string, seconds: number, body: string | Uint8Array): string =>
  `${seconds}.${createHmac("sha256", secret).update(`${seconds}.`).update(body).digest("hex")}`

export interface AcmeSimulatorOptions {
  readonly apiKey: string
  readonly webhookSecrets: readonly [string, string]
  readonly inboundUrl: string
  readonly statusUrl: string
  readonly callUrl: string
  readonly fallbackUrl: string
  readonly callStatusUrl: string
}

interface SendRequest {
  readonly from: string
  readonly to: string
  readonly text: string
  readonly media: ReadonlyArray<string>
  readonly ref: string
}

interface PlaceRequest {
  readonly from: string
  readonly to: string
  readonly url: string
  readonly report: string
}

/** Acme writes numbers without their plus. */
const written = (number: string): string => number.replace(/^\+/, "")
const MAX_TEXT = 500
const MAX_MEDIA = 3
const STALE_SECONDS = 24 * 60 * 60

const fail = (response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): void =>
  HttpServer.json(response, status, { code }, headers)

const answers: SimulatorKit.FaultyAnswer.ErrorAnswers = {
  refusal: (response, refusal) => {
    fail(response, refusal === "unauthorised" ? 401 : 400, refusal)
    return true
  },
  rateLimited: (response, seconds) =>
    fail(response, 429, "slow-down", seconds === null ? {} : { "retry-after": String(seconds) }),
  serverError: (response, status) => fail(response, status, "oops"),
  empty: (response) => HttpServer.json(response, 200, {})
}

const refusalOf = ({ media, text }: SendRequest): string | null => {
  if (text === "" && media.length === 0) return "empty"
  return text.length > MAX_TEXT || media.length > MAX_MEDIA ? "too-long" : null
}

export const start = async (options: AcmeSimulatorOptions): Promise<SimulatorKit.Simulator> => {
  const { apiKey, inboundUrl, statusUrl, webhookSecrets } = options
  const ledger = new Ledger()
  const faults = new Faults()

  const signature = (signing: string | undefined, body: string): Record<string, string> => {
    const now = Math.floor(Date.now() / 1000)
    if (signing === "missingSignature") return {}
    if (signing === "malformedSignature") return { "acme-signature": "not a signature" }
    if (signing === "wrongKey") return { "acme-signature": sign("another", now, body) }
    const secret = webhookSecrets[signing === "rotatedKey" ? 1 : 0]
    return { "acme-signature": sign(secret, signing === "staleTimestamp" ? now - STALE_SECONDS : now, body) }
  }

  const deliver = async (url: string, event: object): Promise<SimulatorKit.Delivery> => {
    const signing = faults.takeSigning()
    const plain = JSON.stringify({ ...event, ...faults.unknownParameters })
    const signed = signing === "unusualBytes" ? plain.replaceAll('":', '": ') : plain
    const request = signing === "tamperedBody" ? signed.replace('"1', '"2') : signed
    const delivery = await WebhookRequest.send({
      url,
      headers: { "content-type": "application/json", ...signature(signing, signed) },
      body: request,
      timeouts: { connectTimeout: 2_000, readTimeout: 2_000 },
      totalTime: 2_000
    })
    ledger.addWebhook({ url, webhookId: randomUUID(), request, ...delivery })
    return delivery
  }

  const engine = new StatusEngine({
    faults,
    delayMillis: 1,
    errorCodes: { undelivered: "unreachable", failed: "no-such-number" },
    report: (message, status) =>
      deliver(statusUrl, {
        kind: "status",
        id: message.id,
        ref: message.reference,
        status,
        code: status === "sent" || status === "delivered" ? null : message.errorCode
      })
  })

  const add = (message: Partial<SimulatorKit.SimulatedMessage> & Pick<SimulatorKit.SimulatedMessage, "direction">) =>
    ledger.addMessage({
      id: randomUUID(),
      from: "",
      to: "",
      body: "",
      mediaUrls: [],
      service: null,
      reference: null,
      callbackUrl: null,
      createdAt: new Date(),
      sentAt: null,
      status: "queued",
      errorCode: null,
      ...message
    })

  const send = async (request: SendRequest): Promise<SimulatorKit.FaultyAnswer.Outcome> => {
    const refusal = refusalOf(request)
    if (refusal !== null) return { refusal: (response) => fail(response, 400, refusal) }
    const message = add({
      from: `+${request.from}`,
      to: `+${request.to}`,
      body: request.text,
      mediaUrls: request.media,
      reference: request.ref,
      direction: "outbound"
    })
    await engine.start(message)
    return { answer: (response) => HttpServer.json(response, 200, { id: message.id }) }
  }

  const numbers = acmeNumbersApi({ inboundUrl, callUrl: options.callUrl, faults, answers })
  const calls = new CallEngine(
    acmeVoice({ ...options, deliver, urlOf: (to) => numbers.market.callsTo(to, options.callUrl) })
  )
  const voice = acmeVoiceApi(calls, ledger, () => server.url)

  const place = ({ from, report, to, url }: PlaceRequest): SimulatorKit.FaultyAnswer.Outcome => {
    const { id } = calls.place({ from: `+${from}`, to: `+${to}`, url, settings: { report } })
    return { answer: (response) => HttpServer.json(response, 200, { id }) }
  }

  const read = (method: string, url: URL, response: ServerResponse): void => {
    if (FaultyAnswer.ofRead(response, faults, answers)) return
    if (voice.handle(method, response, url)) return
    const shown = ledger.sent.map(({ body, errorCode, id, reference, status, to }) => ({
      id,
      ref: reference,
      to: written(to),
      text: body,
      status,
      code: errorCode
    }))
    if (url.pathname === "/messages") return HttpServer.json(response, 200, { messages: shown })
    const message = shown.find(({ id }) => `/messages/${id}` === url.pathname)
    return message === undefined ? fail(response, 404, "not-found") : HttpServer.json(response, 200, message)
  }

  const server = await HttpServer.listen(
    0,
    async (incoming, response) => {
      const { body, request, url } = incoming
      if (await ControlApi.handle(simulator, incoming, response)) return
      const { method = "GET", url: target = "/" } = request
      const isLetIn = request.headers.authorization === `Key ${apiKey}`
      ledger.addRequest({ method, target, isLetIn })
      if (!isLetIn) return fail(response, 401, "unauthorised")
      if (await numbers.handle(method, url, body ?? "", response)) return
      if (method !== "POST") return read(method, url, response)
      const given = JSON.parse(body ?? "") as SendRequest & PlaceRequest
      const carryOut = () => (url.pathname === "/calls" ? place(given) : send(given))
      return FaultyAnswer.ofChange(response, faults, answers, carryOut)
    },
    (response) => fail(response, 500, "oops")
  )

  const simulator: SimulatorKit.Simulator = {
    provider: "acme",
    url: server.url,
    controlUrl: server.url,
    controlToken: apiKey,
    speaks: new Set(SimulatorKit.Scenario.scenarios),
    ledger,
    faults,
    receive: async (text) => {
      const { body, extra, from, id = randomUUID(), media = [], to } = text
      add({ id, from, to, body, direction: "inbound", mediaUrls: media.map(({ url }) => url), status: "received" })
      const keyword = ["STOP", "START", "HELP"].includes(body) ? body : null
      const event = { kind: "text", id, from: written(from), to: written(to), text: body, media, keyword, ...extra }
      const delivery = await deliver(numbers.market.textsTo(to, inboundUrl), event)
      if (delivery.body !== "") add({ from: to, to: from, body: delivery.body, direction: "reply" })
      return { ...delivery, id }
    },
    deliver: (oddity, to) => {
      const about = { id: randomUUID(), ref: null, to: written(to) }
      if (oddity === "unknownEvent") return deliver(inboundUrl, { kind: "pondered", ...about })
      if (oddity === "unreadableEvent") return deliver(inboundUrl, { kind: "text" })
      return deliver(statusUrl, { kind: "status", ...about, status: "pondered", code: null })
    },
    script: (to, ending, errorCode) => engine.script(to, ending, errorCode ?? null),
    voice: calls,
    numbers: numbers.market,
    hostMedia: voice.host,
    setInboundUrl: () => undefined,
    idle: async () => {
      await calls.idle()
      await engine.idle()
    },
    close: async () => {
      engine.stop()
      await server.close()
    }
  }
  return simulator
}
