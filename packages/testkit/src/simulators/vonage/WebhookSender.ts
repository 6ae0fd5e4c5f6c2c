/**
 * Delivers webhooks as Vonage does. Those of texts come again after no answer, a 429 or a 5xx, and never after any other:
 * Vonage pauses five seconds and doubles that for a day; here a try follows the other after `retryDelayMillis`, `retries`
 * times. Those of calls come at most once more, and at once.
 */
import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import type { Faults } from "../core/Faults.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Signing } from "../core/Scenario.ts"
import type { Delivery } from "../core/InboundText.ts"
import { Underway } from "../core/Underway.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { sign } from "./Signing.ts"

export interface WebhookSenderOptions {
  readonly ledger: Ledger
  readonly faults: Faults
  readonly apiKey: string
  readonly applicationId: string
  /** The first one signs, the last one while it is rotated. */
  readonly signatureSecrets: readonly [string, ...Array<string>]
  readonly retries: number
  readonly retryDelayMillis: number
}

const TIMEOUTS = { connectTimeout: 3_000, readTimeout: 15_000 }
const TOTAL_MILLIS = 18_000
/** Older than anybody takes. */
const STALE_SECONDS = 7 * 24 * 60 * 60

const isRetried = ({ answer }: Delivery): boolean => typeof answer !== "number" || answer === 429 || answer >= 500

interface Retrying {
  readonly isRetried: (delivery: Delivery) => boolean
  readonly retries: number
  readonly delayMillis: number
}

/** How a call is asked about, and how it is told of: api.support.vonage.com, "Webhook retries of the Voice API". */
const onceMoreAfter = (...statuses: ReadonlyArray<number>): Retrying => ({
  isRetried: ({ answer }) => typeof answer !== "number" || statuses.includes(answer),
  retries: 1,
  delayMillis: 0
})
const ASKING = onceMoreAfter(429, 503, 504)
const REPORTING = onceMoreAfter(429, 502, 503, 504)

const queryOf = (payload: object): string =>
  new URLSearchParams(
    Object.entries(payload).map(([name, value]): [string, string] => [
      name,
      typeof value === "string" ? value : JSON.stringify(value)
    ])
  ).toString()

interface Content {
  readonly method: "GET" | "POST"
  readonly url: string
  readonly body: string
}

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Underway()

  constructor(options: WebhookSenderOptions) {
    this.options = options
  }

  async deliver(url: string, payload: object): Promise<Delivery> {
    const { retries, retryDelayMillis: delayMillis } = this.options
    return this.post(url, payload, { isRetried, retries, delayMillis })
  }

  /** Asks what a call does, which waits for it. */
  async ask(url: string, payload: object, method: "GET" | "POST"): Promise<Delivery> {
    if (method === "POST") return this.post(url, { ...payload, ...this.options.faults.unknownParameters }, ASKING)
    const separator = url.includes("?") ? "&" : "?"
    const content: Content = { method, url: `${url}${separator}${queryOf(payload)}`, body: "" }
    return this.underway.track(this.deliverTo(content, ASKING))
  }

  /** Tells of a call. */
  async report(url: string, payload: object): Promise<Delivery> {
    return this.post(url, { ...payload, ...this.options.faults.unknownParameters }, REPORTING)
  }

  private post(url: string, payload: object, retrying: Retrying): Promise<Delivery> {
    return this.underway.track(this.deliverTo({ method: "POST", url, body: JSON.stringify(payload) }, retrying))
  }

  /** Once every delivery that is under way has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  private async deliverTo(content: Content, { delayMillis, isRetried, retries }: Retrying): Promise<Delivery> {
    const webhookId = randomUUID()
    for (let retry = 0; ; retry++) {
      const delivery = await this.try(content, webhookId)
      if (!isRetried(delivery) || retry >= retries) return delivery
      await pause(delayMillis)
    }
  }

  private async try({ body: written, method, url }: Content, webhookId: string): Promise<Delivery> {
    const { faults, ledger } = this.options
    const signing = faults.takeSigning()
    const signed = signing === "unusualBytes" ? WebhookRequest.unusualJson(written) : written
    // What is changed stays readable, so that only the signature can tell.
    const request = signing === "tamperedBody" ? signed.replace(/"to":"1/, '"to":"44') : signed
    const delivery = await WebhookRequest.send({
      method,
      url,
      headers: {
        ...(method === "POST" ? { "content-type": "application/json" } : {}),
        "user-agent": "nexmo",
        accept: "*/*",
        // Of a GET the parameters are signed, as JSON.
        ...this.signature(
          signing,
          method === "GET" ? JSON.stringify(Object.fromEntries(new URL(url).searchParams)) : signed
        )
      },
      body: request,
      timeouts: TIMEOUTS,
      totalTime: TOTAL_MILLIS
    })
    const { answer, body, contentType } = delivery
    ledger.addWebhook({ url, webhookId, request, answer, contentType, body })
    return delivery
  }

  private signature(signing: Signing | undefined, body: string): Readonly<Record<string, string>> {
    const { apiKey, applicationId, signatureSecrets } = this.options
    const now = Math.floor(SimulatedTime.now().getTime() / 1000)
    const by = (secret: string, issuedAt = now) => ({
      authorization: sign({ apiKey, applicationId, secret, issuedAt }, body)
    })
    switch (signing) {
      case "missingSignature":
        return {}
      case "malformedSignature":
        return { authorization: "Bearer not.a.signature" }
      case "wrongKey":
        return by(randomUUID())
      case "rotatedKey":
        return by(signatureSecrets.at(-1)!)
      case "staleTimestamp":
        return by(signatureSecrets[0], now - STALE_SECONDS)
      default:
        return by(signatureSecrets[0])
    }
  }
}
