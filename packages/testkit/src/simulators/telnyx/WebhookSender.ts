/**
 * Delivers webhooks as Telnyx does: signed anew at each try, answered 2xx within two seconds or tried again, three times in
 * all for each URL. The pause between tries is not published, so there is none.
 *
 * Those of texts are JSON, those of calls forms. Of a report on a call no 4xx but 408 and 429 is tried again
 * (developers.telnyx.com/docs/voice/programmable-voice/voice-api-webhooks), and what a call does next is asked once.
 */
import { randomUUID } from "node:crypto"
import type { Faults } from "../core/Faults.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Signing } from "../core/Scenario.ts"
import type { Delivery } from "../core/InboundText.ts"
import { Underway } from "../core/Underway.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as SimulatedTime from "../core/SimulatedTime.ts"
import { newKey, sign, type SigningKey } from "./Signing.ts"

type Form = WebhookRequest.Form

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

/** What is delivered, written anew for each try. */
interface Content {
  readonly id: string
  readonly type: string
  readonly write: (attempt: number) => string
  /** The same in bytes that no serializer of ours would write. */
  readonly unusual: (written: string) => string
  /** The same with something changed that stays readable, so that only the signature can tell. */
  readonly tampered: (written: string) => string
}

const ofEvent = (url: string, event: Event): Content => ({
  id: event.id,
  type: "application/json",
  write: (attempt) => JSON.stringify({ data: event, meta: { attempt, delivered_to: url } }),
  unusual: (written) => `${WebhookRequest.unusualJson(written)}\n`,
  tampered: (written) => written.replace(/"phone_number":"\+1/, '"phone_number":"+44')
})

const ofForm = (form: Form): Content => ({
  id: randomUUID(),
  type: "application/x-www-form-urlencoded",
  write: () => WebhookRequest.encode(form),
  unusual: (written) => written.replaceAll("+", "%20").replaceAll("%3A", ":"),
  tampered: (written) => written.replaceAll("%2B1", "%2B44")
})

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

  /** A text, or what became of one. */
  async deliver(url: string, event: Event): Promise<Delivery> {
    return this.underway.track(this.deliverTo(url, ofEvent(url, event), TRIES, () => true))
  }

  /** What a call does next. */
  async ask(url: string, form: Form): Promise<Delivery> {
    return this.underway.track(this.deliverTo(url, ofForm(form), 1, () => true))
  }

  /** What became of a call, or of what was recorded in it. */
  async report(url: string, form: Form): Promise<Delivery> {
    const isPassing = ({ answer }: Delivery) =>
      typeof answer !== "number" || answer >= 500 || answer === 408 || answer === 429
    return this.underway.track(this.deliverTo(url, ofForm(form), TRIES, isPassing))
  }

  /** Once every delivery that is under way has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  private async deliverTo(
    url: string,
    content: Content,
    tries: number,
    repeats: (delivery: Delivery) => boolean
  ): Promise<Delivery> {
    for (let attempt = 1; ; attempt++) {
      const delivery = await this.try(url, content, attempt)
      if (WebhookRequest.isAccepted(delivery) || attempt >= tries || !repeats(delivery)) return delivery
    }
  }

  private async try(url: string, content: Content, attempt: number): Promise<Delivery> {
    const { faults, ledger } = this.options
    const signing = faults.takeSigning()
    const written = content.write(attempt)
    const signed = signing === "unusualBytes" ? content.unusual(written) : written
    const request = signing === "tamperedBody" ? content.tampered(signed) : signed
    const delivery = await WebhookRequest.send({
      url,
      headers: {
        "content-type": content.type,
        "user-agent": "telnyx-webhooks",
        ...this.signature(signing, signed)
      },
      body: request,
      timeouts: TIMEOUTS,
      totalTime: TOTAL_MILLIS
    })
    const { answer, body, contentType } = delivery
    ledger.addWebhook({ url, webhookId: content.id, request, answer, contentType, body })
    return delivery
  }

  private signature(signing: Signing | undefined, body: string): Readonly<Record<string, string>> {
    const { keys } = this.options
    const now = Math.floor(SimulatedTime.now().getTime() / 1000)
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
