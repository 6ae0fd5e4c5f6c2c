/** Delivers webhooks as Twilio does: signed, with its retry rules, then to the fallback URL, then never again. */
import { randomUUID } from "node:crypto"
import * as Overrides from "./ConnectionOverrides.ts"
import type { Ledger } from "./Ledger.ts"
import { sign } from "./Signing.ts"

export type Form = Array<readonly [string, string]>

/** The end of a delivery: the answer of the last try. */
export interface Delivery {
  readonly answer: number | "connection" | "timeout"
  readonly contentType: string
  readonly body: string
}

export interface WebhookSenderOptions {
  readonly ledger: Ledger
  /** The token that signs, asked at each try: it may have been rotated. */
  readonly authToken: () => string
}

const FALLBACK_ERROR = "11200"

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Set<Promise<unknown>>()

  constructor(options: WebhookSenderOptions) {
    this.options = options
  }

  /** Delivers to a URL, with its retries; then to the fallback, if there is one. */
  deliver(url: string, form: Form, fallbackUrl: string | null = null): Promise<Delivery> {
    const delivery = this.deliverTo(url, form).then((first) =>
      first.answer !== 200 && first.answer !== 204 && fallbackUrl !== null
        ? this.deliverTo(fallbackUrl, [...form, ["ErrorCode", FALLBACK_ERROR], ["ErrorUrl", url]])
        : first
    )
    this.underway.add(delivery)
    return delivery.finally(() => this.underway.delete(delivery))
  }

  /** Once every delivery that is under way has ended. */
  async idle(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway)
  }

  private async deliverTo(url: string, form: Form): Promise<Delivery> {
    const overrides = Overrides.parse(url)
    const token = randomUUID()
    const deadline = performance.now() + overrides.totalTime
    for (let retry = 0; ; retry++) {
      const delivery = await this.try(url, form, token, Math.min(overrides.readTimeout, deadline - performance.now()))
      const failed = typeof delivery.answer !== "number" || delivery.answer >= 400
      const again =
        failed &&
        retry < overrides.retries &&
        performance.now() < deadline &&
        Overrides.repeats(overrides, delivery.answer)
      if (!again) return delivery
    }
  }

  private async try(url: string, form: Form, idempotencyToken: string, timeout: number): Promise<Delivery> {
    const { authToken, ledger } = this.options
    const target = url.split("#")[0]!
    const note = (delivery: Delivery): Delivery => {
      ledger.addWebhook({ url: target, form: Object.fromEntries(form), answer: delivery.answer })
      return delivery
    }
    try {
      const response = await fetch(target, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
          "user-agent": "TwilioProxy/1.1",
          "i-twilio-idempotency-token": idempotencyToken,
          "x-twilio-signature": sign(authToken(), url, form)
        },
        body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])),
        redirect: "manual",
        signal: AbortSignal.timeout(Math.max(1, Math.floor(timeout)))
      })
      const contentType = response.headers.get("content-type") ?? ""
      return note({ answer: response.status, contentType, body: await response.text() })
    } catch (error) {
      const answer = error instanceof DOMException && error.name === "TimeoutError" ? "timeout" : "connection"
      return note({ answer, contentType: "", body: "" })
    }
  }
}
