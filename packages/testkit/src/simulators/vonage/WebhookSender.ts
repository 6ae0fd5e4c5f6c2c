/**
 * Delivers webhooks as Vonage does: again after no answer, a 429 or a 5xx, and never after any other. Vonage pauses five
 * seconds and doubles that for a day; here a try follows the other after `retryDelayMillis`, `retries` times.
 */
import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import type { Faults } from "../core/Faults.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Signing } from "../core/Scenario.ts"
import type { Delivery } from "../core/Simulator.ts"
import { Underway } from "../core/Underway.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
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

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Underway()

  constructor(options: WebhookSenderOptions) {
    this.options = options
  }

  async deliver(url: string, payload: object): Promise<Delivery> {
    const delivery = this.deliverTo(url, JSON.stringify(payload))
    return this.underway.track(delivery)
  }

  /** Once every delivery that is under way has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  private async deliverTo(url: string, body: string): Promise<Delivery> {
    const webhookId = randomUUID()
    for (let retry = 0; ; retry++) {
      const delivery = await this.try(url, body, webhookId)
      if (!isRetried(delivery) || retry >= this.options.retries) return delivery
      await pause(this.options.retryDelayMillis)
    }
  }

  private async try(url: string, written: string, webhookId: string): Promise<Delivery> {
    const { faults, ledger } = this.options
    const signing = faults.takeSigning()
    const signed = signing === "unusualBytes" ? WebhookRequest.unusualJson(written) : written
    // What is changed stays readable, so that only the signature can tell.
    const request = signing === "tamperedBody" ? signed.replace(/"to":"1/, '"to":"44') : signed
    const delivery = await WebhookRequest.send({
      url,
      headers: {
        "content-type": "application/json",
        "user-agent": "nexmo",
        accept: "*/*",
        ...this.signature(signing, signed)
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
    const now = Math.floor(Date.now() / 1000)
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
