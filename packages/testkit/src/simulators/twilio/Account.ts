/** One simulated account: its numbers, its messages, what it sends out and takes in. Knows no HTTP server. */
import type { SimulatedMessage } from "../core/Ledger.ts"
import { OptOuts } from "../core/OptOuts.ts"
import type { Oddity } from "../core/Scenario.ts"
import { type AccountParts, SimulatedAccount } from "../core/SimulatedAccount.ts"
import type { Delivery, InboundText } from "../core/InboundText.ts"
import { keywordHandling, pairOf } from "./Keywords.ts"
import * as StatusCallback from "./StatusCallback.ts"
import * as WebhookAnswer from "./WebhookAnswer.ts"
import type { Form } from "../core/WebhookRequest.ts"
import type { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface AccountOptions {
  readonly accountSid: string
  /** Numbers that may send; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  /** The Messaging Service that the numbers are in. Inbound webhooks name it. */
  readonly messagingServiceSid?: string | undefined
  /** Whether webhooks name the keyword: Advanced Opt-Out of a Messaging Service. */
  readonly advancedOptOut?: boolean | undefined
  readonly fallbackUrl?: string | undefined
  /** Where oddities about a status are delivered. */
  readonly statusUrl?: string | undefined
}

const E164 = /^\+[1-9]\d{6,14}$/
const MAX_BODY = 1600
const SEGMENT = 153

export class Account extends SimulatedAccount<WebhookSender> {
  private readonly options: AccountOptions
  private readonly optOuts = new OptOuts(keywordHandling)

  constructor(options: AccountOptions & { readonly smsUrl: string }, parts: AccountParts<WebhookSender>) {
    super(options.smsUrl, parts)
    this.options = options
  }

  /** Why a request to send is refused, as Twilio would say it. */
  refusal(form: URLSearchParams): Wire.ApiError | null {
    const { errors, magicRecipients, magicSenders } = Wire
    const to = form.get("To") ?? ""
    const from = form.get("From")
    const body = form.get("Body") ?? ""
    if (to === "") return errors.toMissing
    if (from === null && form.get("MessagingServiceSid") === null) return errors.fromMissing
    const magic = magicRecipients[to] ?? (from === null ? undefined : magicSenders[from])
    if (magic !== undefined) return magic
    if (!E164.test(to)) return errors.toInvalid
    if (from !== null && this.options.numbers !== undefined && !this.options.numbers.includes(from)) {
      return errors.fromInvalid
    }
    if (body === "" && form.getAll("MediaUrl").length === 0) return errors.contentMissing
    if (body.length > MAX_BODY) return errors.bodyTooLong
    return from !== null && this.optOuts.isBlocked(pairOf(to, from)) ? errors.unsubscribed : null
  }

  /** Takes a message for sending. */
  async accept(form: URLSearchParams): Promise<SimulatedMessage> {
    const messagingServiceSid = form.get("MessagingServiceSid")
    const message = this.log({
      from: form.get("From") ?? this.options.numbers?.[0] ?? "",
      to: form.get("To") ?? "",
      body: form.get("Body") ?? "",
      mediaUrls: form.getAll("MediaUrl"),
      direction: "outbound",
      service: messagingServiceSid,
      callbackUrl: form.get("StatusCallback"),
      status: messagingServiceSid === null ? "queued" : "accepted",
      sentAt: null
    })
    await this.engine.start(message)
    return message
  }

  /** Somebody texts one of the account's numbers. Ends when the webhook was answered, or given up. */
  async receive(text: InboundText): Promise<Delivery & { readonly id: string }> {
    const keyword = this.optOuts.keywordOf(text.body)
    const id = text.id ?? this.keep(text)
    if (keyword !== null && text.id === undefined) {
      this.replyTo(text, this.optOuts.apply(pairOf(text.from, text.to), keyword))
    }
    const named = keyword !== null && this.options.advancedOptOut === true ? { OptOutType: keyword } : {}
    const delivery = await this.sender.deliver(
      this.inboundUrlOf(text.to),
      [...this.formOf(text, id), ...Object.entries({ ...named, ...this.faults.unknownParameters, ...text.extra })],
      this.options.fallbackUrl ?? null
    )
    // No host means to say something this way, so the ledger shows it.
    if (typeof delivery.answer === "number" && delivery.answer < 300) {
      for (const reply of WebhookAnswer.replies(delivery.contentType, delivery.body)) this.replyTo(text, reply)
    }
    return { ...delivery, id }
  }

  /** Calls a webhook with what is not in Twilio's documentation. */
  deliver(oddity: Oddity, to: string): Promise<Delivery> {
    const { accountSid, statusUrl = this.inboundUrl } = this.options
    const about = { id: Wire.newSid("SM"), from: to, to: "+13035550100", errorCode: null, service: null }
    switch (oddity) {
      case "unknownStatus":
        return this.sender.deliver(statusUrl, StatusCallback.formOf(accountSid, about, "pondered"))
      case "unknownEvent":
        return this.sender.deliver(statusUrl, [
          ...StatusCallback.formOf(accountSid, about, "pondered"),
          ["EventType", "PONDERED"]
        ])
      case "unreadableEvent":
        return this.sender.deliver(this.inboundUrl, [["AccountSid", accountSid]])
    }
  }

  private formOf({ body, from, media = [], to }: InboundText, id: string): Form {
    const { accountSid, messagingServiceSid } = this.options
    return [
      ["ToCountry", "US"],
      ["ToState", ""],
      ["SmsMessageSid", id],
      ["NumMedia", String(media.length)],
      ["ToCity", ""],
      ["SmsSid", id],
      ["SmsStatus", "received"],
      ["Body", body],
      ["To", to],
      ["NumSegments", String(Math.max(1, Math.ceil(body.length / SEGMENT)))],
      ["MessageSid", id],
      ["AccountSid", accountSid],
      ["From", from],
      ["ApiVersion", "2010-04-01"],
      ...(messagingServiceSid === undefined ? [] : [["MessagingServiceSid", messagingServiceSid] as const]),
      ...media.flatMap(({ contentType, url }, index): Form => [
        [`MediaUrl${index}`, url],
        [`MediaContentType${index}`, contentType]
      ])
    ]
  }

  protected newId({ mediaUrls }: Pick<SimulatedMessage, "mediaUrls">): string {
    return Wire.newSid(mediaUrls.length > 0 ? "MM" : "SM")
  }
}
