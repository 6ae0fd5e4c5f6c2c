/** One simulated messaging profile: what it sends out and takes in. Knows no HTTP server. */
import { randomUUID } from "node:crypto"
import { Option, Schema } from "effect"
import type { SimulatedMessage } from "../core/Ledger.ts"
import { OptOuts } from "../core/OptOuts.ts"
import type { Oddity } from "../core/Scenario.ts"
import { type AccountParts, SimulatedAccount } from "../core/SimulatedAccount.ts"
import type { Delivery, InboundText } from "../core/InboundText.ts"
import { keywordHandling } from "./Keywords.ts"
import type { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface AccountOptions extends Wire.Profile {
  /** Numbers that may send; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
}

/** The body of `POST /messages`. Others of its fields are not looked at. */
const SendRequest = Schema.Struct({
  to: Schema.String,
  from: Schema.optionalKey(Schema.String),
  text: Schema.optionalKey(Schema.String),
  media_urls: Schema.optionalKey(Schema.Array(Schema.String)),
  webhook_url: Schema.optionalKey(Schema.String)
})
export type SendRequest = typeof SendRequest.Type
const decodeRequest = Schema.decodeUnknownOption(Schema.fromJsonString(SendRequest))

export const readRequest = (body: string): SendRequest | null => Option.getOrNull(decodeRequest(body))

const E164 = /^\+[1-9]\d{6,14}$/
const MAX_MEDIA = 10
const MAX_PARTS = 10
const PART = 153

export class Account extends SimulatedAccount<WebhookSender> {
  private readonly options: AccountOptions
  private readonly blockRules = new OptOuts(keywordHandling)

  constructor(options: AccountOptions & { readonly inboundUrl: string }, parts: AccountParts<WebhookSender>) {
    super(options.inboundUrl, parts)
    this.options = options
  }

  /** Why a request to send is refused, as Telnyx would say it. */
  refusal({ from, media_urls: mediaUrls = [], text = "", to }: SendRequest): Wire.ApiError | null {
    const { errors } = Wire
    if (!E164.test(to)) return errors.invalidTo
    if (from === undefined || !E164.test(from)) return errors.invalidFrom
    if (this.options.numbers !== undefined && !this.options.numbers.includes(from)) return errors.invalidFrom
    if (text === "" && mediaUrls.length === 0) return errors.noContent
    if (mediaUrls.length > MAX_MEDIA) return errors.tooManyMedia
    if (text.length > MAX_PARTS * PART) return errors.tooLarge
    return this.blockRules.isBlocked(to) ? errors.blocked : null
  }

  /** Takes a message for sending. */
  async accept({
    from = "",
    media_urls: mediaUrls = [],
    text = "",
    to,
    webhook_url: callbackUrl = ""
  }: SendRequest): Promise<SimulatedMessage> {
    const message = this.log({
      from,
      to,
      body: text,
      mediaUrls,
      direction: "outbound",
      service: this.options.messagingProfileId,
      callbackUrl: callbackUrl === "" ? this.inboundUrl : callbackUrl,
      status: "queued",
      sentAt: null
    })
    await this.engine.start(message)
    return message
  }

  /** Somebody texts one of the profile's numbers. Ends when the webhook was answered, or given up. */
  async receive(text: InboundText): Promise<Delivery & { readonly id: string }> {
    const keyword = this.blockRules.keywordOf(text.body)
    const id = text.id ?? this.keep(text)
    if (keyword !== null && text.id === undefined) this.replyTo(text, this.blockRules.apply(text.from, keyword))
    const payload = {
      ...Wire.inboundResource(this.options, id, text, keyword),
      ...this.faults.unknownParameters,
      ...text.extra
    }
    const delivery = await this.sender.deliver(this.inboundUrlOf(text.to), Wire.event("message.received", payload))
    return { ...delivery, id }
  }

  /** Calls the webhook with what is not in Telnyx's documentation. */
  deliver(oddity: Oddity, to: string): Promise<Delivery> {
    const about = this.draft({ from: to, to: "+13035550100", body: "", mediaUrls: [], direction: "outbound" })
    switch (oddity) {
      case "unknownStatus":
        return this.sender.deliver(
          this.inboundUrl,
          Wire.event("message.finalized", Wire.messageResource(this.options, about, "pondered"))
        )
      case "unknownEvent":
        return this.sender.deliver(
          this.inboundUrl,
          Wire.event("message.pondered", Wire.messageResource(this.options, about))
        )
      case "unreadableEvent":
        return this.sender.deliver(this.inboundUrl, Wire.event("message.received", {}))
    }
  }

  protected newId(): string {
    return randomUUID()
  }
}
