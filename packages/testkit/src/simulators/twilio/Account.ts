/** One simulated account: its numbers, its messages, what it sends out and takes in. Knows no HTTP server. */
import type { Faults } from "./Faults.ts"
import { type Ledger, type SimulatedMessage } from "./Ledger.ts"
import { OptOuts } from "./OptOuts.ts"
import type { StatusEngine } from "./StatusEngine.ts"
import type { Delivery, Form, WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface InboundText {
  readonly from: string
  readonly to: string
  readonly body: string
  readonly media?: ReadonlyArray<{ readonly url: string; readonly contentType: string }> | undefined
  /** Parameters beside the documented ones. */
  readonly extra?: Readonly<Record<string, string>> | undefined
  /** Delivers the same webhook again, under the same MessageSid. */
  readonly sid?: string | undefined
}

export interface AccountOptions {
  readonly accountSid: string
  /** Numbers that may send; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  /** Whether webhooks name the keyword: Advanced Opt-Out of a Messaging Service. */
  readonly advancedOptOut?: boolean | undefined
  readonly fallbackUrl?: string | undefined
}

const E164 = /^\+[1-9]\d{6,14}$/
const MAX_BODY = 1600

export class Account {
  smsUrl: string
  private readonly options: AccountOptions
  private readonly ledger: Ledger
  private readonly sender: WebhookSender
  private readonly engine: StatusEngine
  private readonly faults: Faults
  private readonly optOuts = new OptOuts()

  constructor(
    options: AccountOptions & { readonly smsUrl: string },
    parts: {
      readonly ledger: Ledger
      readonly sender: WebhookSender
      readonly engine: StatusEngine
      readonly faults: Faults
    }
  ) {
    this.options = options
    this.smsUrl = options.smsUrl
    this.ledger = parts.ledger
    this.sender = parts.sender
    this.engine = parts.engine
    this.faults = parts.faults
  }

  /** Why a request to send is refused, as Twilio would say it. */
  refusal(form: URLSearchParams): Wire.ApiError | null {
    const to = form.get("To") ?? ""
    const from = form.get("From")
    const body = form.get("Body") ?? ""
    if (to === "") return Wire.errors.toMissing
    if (from === null && form.get("MessagingServiceSid") === null) return Wire.errors.fromMissing
    const magic = Wire.magicRecipients[to]
    if (magic !== undefined) return magic
    if (!E164.test(to)) return Wire.errors.toInvalid
    if (from !== null && this.options.numbers !== undefined && !this.options.numbers.includes(from))
      return Wire.errors.fromInvalid
    if (body === "" && form.getAll("MediaUrl").length === 0) return Wire.errors.contentMissing
    if (body.length > MAX_BODY) return Wire.errors.bodyTooLong
    return from !== null && this.optOuts.isBlocked(to, from) ? Wire.errors.unsubscribed : null
  }

  /** Takes a message for sending. */
  accept(form: URLSearchParams): SimulatedMessage {
    const mediaUrls = form.getAll("MediaUrl")
    const messagingServiceSid = form.get("MessagingServiceSid")
    const message = this.ledger.addMessage({
      sid: Wire.newSid(mediaUrls.length > 0 ? "MM" : "SM"),
      from: form.get("From") ?? this.options.numbers?.[0] ?? "",
      to: form.get("To") ?? "",
      body: form.get("Body") ?? "",
      mediaUrls,
      direction: "outbound-api",
      messagingServiceSid,
      statusCallback: form.get("StatusCallback"),
      createdAt: new Date(),
      status: messagingServiceSid === null ? "queued" : "accepted",
      errorCode: null
    })
    this.engine.start(message)
    return message
  }

  /** Somebody texts one of the account's numbers. Ends when the webhook was answered, or given up. */
  async receive(text: InboundText): Promise<Delivery & { readonly sid: string }> {
    const media = text.media ?? []
    const sid = text.sid ?? Wire.newSid(media.length > 0 ? "MM" : "SM")
    const heard = this.optOuts.hear(text.from, text.to, text.body)
    if (text.sid === undefined) {
      this.log(
        sid,
        text.from,
        text.to,
        text.body,
        media.map(({ url }) => url),
        "inbound",
        "received"
      )
    }
    if (heard !== null) this.log(Wire.newSid("SM"), text.to, text.from, heard.reply, [], "outbound-reply", "delivered")
    const form: Form = [
      ["ToCountry", "US"],
      ["SmsMessageSid", sid],
      ["NumMedia", String(media.length)],
      ["SmsSid", sid],
      ["SmsStatus", "received"],
      ["Body", text.body],
      ["To", text.to],
      ["NumSegments", String(Math.max(1, Math.ceil(text.body.length / 153)))],
      ["MessageSid", sid],
      ["AccountSid", this.options.accountSid],
      ["From", text.from],
      ["ApiVersion", "2010-04-01"],
      ...media.flatMap(({ contentType, url }, index): Form => [
        [`MediaUrl${index}`, url],
        [`MediaContentType${index}`, contentType]
      ]),
      ...(heard !== null && this.options.advancedOptOut === true ? [["OptOutType", heard.keyword] as const] : []),
      ...Object.entries({ ...this.faults.extraParameters, ...text.extra })
    ]
    const delivery = await this.sender.deliver(this.smsUrl, form, this.options.fallbackUrl ?? null)
    // A plain answer is sent to the contact. No host means that, so the ledger shows it.
    if (delivery.answer === 200 && delivery.contentType.startsWith("text/plain") && delivery.body !== "") {
      this.log(Wire.newSid("SM"), text.to, text.from, delivery.body, [], "outbound-reply", "delivered")
    }
    return { ...delivery, sid }
  }

  private log(
    sid: string,
    from: string,
    to: string,
    body: string,
    mediaUrls: ReadonlyArray<string>,
    direction: SimulatedMessage["direction"],
    status: SimulatedMessage["status"]
  ): void {
    this.ledger.addMessage({
      sid,
      from,
      to,
      body,
      mediaUrls,
      direction,
      status,
      messagingServiceSid: null,
      statusCallback: null,
      createdAt: new Date(),
      errorCode: null
    })
  }
}
