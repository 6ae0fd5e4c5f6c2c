/** Delivers webhooks as Twilio does: signed, with its retry rules, then to the fallback URL, then never again. */
import { randomBytes, randomUUID } from "node:crypto"
import type { Faults } from "../core/Faults.ts"
import type { Ledger } from "../core/Ledger.ts"
import type { Signing } from "../core/Scenario.ts"
import type { Delivery } from "../core/InboundText.ts"
import { Underway } from "../core/Underway.ts"
import * as WebhookRequest from "../core/WebhookRequest.ts"
import * as Overrides from "./ConnectionOverrides.ts"
import { sign } from "./Signing.ts"

export interface WebhookSenderOptions {
  readonly ledger: Ledger
  readonly faults: Faults
  /** The first one signs, the last one while it is rotated. */
  readonly authTokens: readonly [string, ...Array<string>]
}

/** twilio.com/docs/api/errors/11200: the webhook could not be retrieved. */
const FALLBACK_ERROR = "11200"

type Form = WebhookRequest.Form
const { isAccepted } = WebhookRequest

export class WebhookSender {
  private readonly options: WebhookSenderOptions
  private readonly underway = new Underway()

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
    return this.underway.track(delivery)
  }

  /** Once every delivery that is under way has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
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
    const { faults, ledger } = this.options
    const url = configuredUrl.split("#")[0] ?? ""
    const signing = faults.takeSigning()
    const sent: Form = signing === "tamperedBody" ? form.map(([name, value]) => [name, `${value}0`]) : form
    const encoded = WebhookRequest.encode(sent)
    // Twilio signs the parameters, so how they are encoded is nobody's business.
    const request = signing === "unusualBytes" ? encoded.replaceAll("+", "%20").replaceAll("%3A", ":") : encoded
    const delivery = await WebhookRequest.send({
      url,
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "user-agent": "TwilioProxy/1.1",
        accept: "*/*",
        "i-twilio-idempotency-token": idempotencyToken,
        ...this.signature(signing, configuredUrl, form)
      },
      body: request,
      timeouts,
      totalTime
    })
    const { answer, body, contentType } = delivery
    ledger.addWebhook({ url, webhookId: idempotencyToken, request, answer, contentType, body })
    return delivery
  }

  private signature(signing: Signing | undefined, url: string, form: Form): Readonly<Record<string, string>> {
    const { authTokens } = this.options
    switch (signing) {
      case "missingSignature":
        return {}
      case "malformedSignature":
        return { "x-twilio-signature": "not a signature" }
      case "wrongKey":
        return { "x-twilio-signature": sign(randomBytes(16).toString("hex"), url, form) }
      case "rotatedKey":
        return { "x-twilio-signature": sign(authTokens.at(-1)!, url, form) }
      default:
        return { "x-twilio-signature": sign(authTokens[0], url, form) }
    }
  }
}
