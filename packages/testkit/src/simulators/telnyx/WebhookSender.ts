/**
 * Delivers webhooks as Telnyx does: signed anew at each try, answered 2xx within two seconds or tried again, three times in
 * all for each URL. The pause between tries is not published, so there is none.
 */
import type { Faults } from "../core/Faults.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Signing } from "../core/Scenario.ts"
import type { Delivery } from "../core/Simulator.ts"
import { Underway } from "../core/Underway.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import { newKey, sign, type SigningKey } from "./Signing.ts"

export interface WebhookSenderOptions {
  readonly ledger: Ledger
  readonly faults: Faults
  /** The first one signs, the last one while it is rotated. */
  readonly keys: readonly [SigningKey, ...Array<SigningKey>]
}

/** An event as it is delivered, its `id` the same at each try. */
export interface Event {
  readonly id: string
}

const TRIES = 3
const TIMEOUTS = { connectTimeout: 2_000, readTimeout: 2_000 }
const TOTAL_MILLIS = 2_000
/** Older than anybody takes. */
const STALE_SECONDS = 24 * 60 * 60

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Underway()

  constructor(options: WebhookSenderOptions) {
    this.options = options
  }

  async deliver(url: string, event: Event): Promise<Delivery> {
    const delivery = this.deliverTo(url, event)
    return this.underway.track(delivery)
  }

  /** Once every delivery that is under way has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  private async deliverTo(url: string, event: Event): Promise<Delivery> {
    for (let attempt = 1; ; attempt++) {
      const delivery = await this.try(url, event, attempt)
      if (WebhookRequest.isAccepted(delivery) || attempt === TRIES) return delivery
    }
  }

  private async try(url: string, event: Event, attempt: number): Promise<Delivery> {
    const { faults, ledger } = this.options
    const signing = faults.takeSigning()
    const written = JSON.stringify({ data: event, meta: { attempt, delivered_to: url } })
    const signed = signing === "unusualBytes" ? `${WebhookRequest.unusualJson(written)}\n` : written
    // What is changed stays readable, so that only the signature can tell.
    const request = signing === "tamperedBody" ? signed.replace(/"phone_number":"\+1/, '"phone_number":"+44') : signed
    const delivery = await WebhookRequest.send({
      url,
      headers: {
        "content-type": "application/json",
        "user-agent": "telnyx-webhooks",
        ...this.signature(signing, signed)
      },
      body: request,
      timeouts: TIMEOUTS,
      totalTime: TOTAL_MILLIS
    })
    const { answer, body, contentType } = delivery
    ledger.addWebhook({ url, webhookId: event.id, request, answer, contentType, body })
    return delivery
  }

  private signature(signing: Signing | undefined, body: string): Readonly<Record<string, string>> {
    const { keys } = this.options
    const now = Math.floor(Date.now() / 1000)
    switch (signing) {
      case "missingSignature":
        return {}
      case "malformedSignature":
        return { ...sign(keys[0], body, now), "telnyx-signature-ed25519": "not a signature" }
      case "wrongKey":
        return sign(newKey(), body, now)
      case "rotatedKey":
        return sign(keys.at(-1)!, body, now)
      case "staleTimestamp":
        return sign(keys[0], body, now - STALE_SECONDS)
      default:
        return sign(keys[0], body, now)
    }
  }
}
