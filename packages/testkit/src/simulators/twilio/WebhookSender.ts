/** Delivers webhooks as Twilio does: signed, with its retry rules, then to the fallback URL, then never again. */
import { randomUUID } from "node:crypto"
import * as Overrides from "./ConnectionOverrides.ts"
import type { Ledger } from "./Ledger.ts"
import { sign } from "./Signing.ts"
import * as WebhookRequest from "./WebhookRequest.ts"

export type Form = Array<readonly [string, string]>

/** The end of a delivery: the answer of the last try. */
export type Delivery = WebhookRequest.WebhookAnswer

export interface WebhookSenderOptions {
  readonly ledger: Ledger
  /** The token that signs, asked at each try: it may have been rotated. */
  readonly authToken: () => string
}

/** twilio.com/docs/api/errors/11200: the webhook could not be retrieved. */
const FALLBACK_ERROR = "11200"

const isAccepted = ({ answer, isPartial }: Delivery): boolean =>
  typeof answer === "number" && answer >= 200 && answer < 300 && !isPartial

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Set<Promise<unknown>>()

  constructor(options: WebhookSenderOptions) {
    this.options = options
  }

  /** Delivers to a URL, with its retries; then to the fallback, if there is one. */
  async deliver(url: string, form: Form, fallbackUrl: string | null = null): Promise<Delivery> {
    const delivery = this.deliverTo(url, form).then((first) =>
      isAccepted(first) || fallbackUrl === null
        ? first
        : this.deliverTo(fallbackUrl, [...form, ["ErrorCode", FALLBACK_ERROR], ["ErrorUrl", url]])
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
      const delivery = await this.try(url, form, token, overrides, deadline - performance.now())
      const again =
        !isAccepted(delivery) &&
        !delivery.isPartial &&
        retry < overrides.retries &&
        performance.now() < deadline &&
        Overrides.repeats(overrides, delivery.answer)
      if (!again) return delivery
    }
  }

  private async try(
    configuredUrl: string,
    form: Form,
    idempotencyToken: string,
    timeouts: Overrides.ConnectionOverrides,
    totalTime: number
  ): Promise<Delivery> {
    const { authToken, ledger } = this.options
    const url = configuredUrl.split("#")[0] ?? ""
    const delivery = await WebhookRequest.send({
      url,
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "user-agent": "TwilioProxy/1.1",
        accept: "*/*",
        "i-twilio-idempotency-token": idempotencyToken,
        "x-twilio-signature": sign(authToken(), configuredUrl, form)
      },
      body: new URLSearchParams(form.map(([name, value]): [string, string] => [name, value])).toString(),
      timeouts,
      totalTime
    })
    const { answer, body, contentType } = delivery
    ledger.addWebhook({ url, form: Object.fromEntries(form), idempotencyToken, answer, contentType, body })
    return delivery
  }
}
