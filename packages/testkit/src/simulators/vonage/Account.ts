/** One simulated application: what it sends out and takes in. Knows no HTTP server. */
import { randomUUID } from "node:crypto"
import { Option, Schema } from "effect"
import type { SimulatedMessage } from "../core/Ledger.ts"
import type { Oddity } from "../core/Scenario.ts"
import { type AccountParts, SimulatedAccount } from "../core/SimulatedAccount.ts"
import type { Delivery, InboundText } from "../core/InboundText.ts"
import type { WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

export interface AccountOptions {
  /** Numbers that may send, in E.164; any may when not given. */
  readonly numbers?: ReadonlyArray<string> | undefined
  /** The application's status URL, for messages that name none. */
  readonly statusUrl: string
}

const Media = Schema.Struct({ url: Schema.String, caption: Schema.optionalKey(Schema.String) })

/** The body of `POST /v1/messages`. Others of its fields are not looked at. */
const SendRequest = Schema.Struct({
  channel: Schema.Literals(["sms", "mms"]),
  message_type: Schema.String,
  to: Schema.String,
  from: Schema.String,
  text: Schema.optionalKey(Schema.String),
  image: Schema.optionalKey(Media),
  audio: Schema.optionalKey(Media),
  video: Schema.optionalKey(Media),
  vcard: Schema.optionalKey(Media),
  file: Schema.optionalKey(Media),
  content: Schema.optionalKey(Schema.Array(Media)),
  client_ref: Schema.optionalKey(Schema.String),
  webhook_url: Schema.optionalKey(Schema.String)
})
export type SendRequest = typeof SendRequest.Type
const decodeRequest = Schema.decodeUnknownOption(Schema.fromJsonString(SendRequest))

export const readRequest = (body: string): SendRequest | null => Option.getOrNull(decodeRequest(body))

/** Vonage takes digits only: a plus is an error. */
const DIGITS = /^[1-9]\d{6,14}$/
const MAX_TEXT = 3200
const MAX_CAPTION = 3000
const MAX_MEDIA = 10
const MAX_REFERENCE = 100
const TYPES = { sms: ["text"], mms: ["text", "image", "audio", "video", "vcard", "file", "content"] } as const

const mediaOf = ({ audio, content, file, image, vcard, video }: SendRequest) =>
  content ?? [image, audio, video, vcard, file].filter((media) => media !== undefined)

const wordsOf = (request: SendRequest): string =>
  request.text ?? mediaOf(request).find(({ caption }) => caption !== undefined)?.caption ?? ""

export class Account extends SimulatedAccount<WebhookSender> {
  private readonly options: AccountOptions

  constructor(options: AccountOptions & { readonly inboundUrl: string }, parts: AccountParts<WebhookSender>) {
    super(options.inboundUrl, parts)
    this.options = options
  }

  /** Why a request to send is refused, as Vonage would say it. */
  refusal(request: SendRequest): Wire.Problem | null {
    const { problems } = Wire
    const media = mediaOf(request)
    const words = wordsOf(request)
    if (!(TYPES[request.channel] as ReadonlyArray<string>).includes(request.message_type)) return problems.invalidType
    if (!DIGITS.test(request.to)) return problems.invalidRecipient
    if (!DIGITS.test(request.from)) return problems.invalidSender
    if (this.options.numbers !== undefined && !this.options.numbers.includes(`+${request.from}`)) {
      return problems.invalidSender
    }
    if ((request.client_ref ?? "").length > MAX_REFERENCE) return problems.invalidReference
    if (words === "" && media.length === 0) return problems.invalidParameters
    if (words.length > (media.length === 0 ? MAX_TEXT : MAX_CAPTION)) return problems.invalidParameters
    return media.length > MAX_MEDIA ? problems.invalidParameters : null
  }

  /** Takes a message for sending. With a code it is rejected later, as Vonage does with most of what it will not carry. */
  async accept(request: SendRequest, rejectedWith: string | null = null): Promise<SimulatedMessage> {
    const message = this.log({
      from: `+${request.from}`,
      to: `+${request.to}`,
      body: wordsOf(request),
      mediaUrls: mediaOf(request).map(({ url }) => url),
      direction: "outbound",
      reference: request.client_ref ?? null,
      callbackUrl: request.webhook_url ?? this.options.statusUrl,
      status: "accepted",
      sentAt: null
    })
    await this.engine.start(message, rejectedWith === null ? null : { ending: "failed", errorCode: rejectedWith })
    return message
  }

  /** Somebody texts one of the application's numbers. Ends when the webhook was answered, or given up. */
  async receive(text: InboundText): Promise<Delivery & { readonly id: string }> {
    const id = text.id ?? this.keep(text)
    const delivery = await this.sender.deliver(this.inboundUrlOf(text.to), {
      ...Wire.inbound(id, text),
      ...this.faults.unknownParameters,
      ...text.extra
    })
    return { ...delivery, id }
  }

  /** Calls a webhook with what is not in Vonage's documentation. */
  deliver(oddity: Oddity, to: string): Promise<Delivery> {
    const about = this.draft({ from: to, to: "+13035550100", body: "", mediaUrls: [], direction: "outbound" })
    switch (oddity) {
      case "unknownStatus":
        return this.sender.deliver(this.options.statusUrl, Wire.status(about, "pondered"))
      case "unknownEvent":
        return this.sender.deliver(this.options.statusUrl, {
          ...Wire.status(about, "delivered"),
          channel: "telepathy"
        })
      case "unreadableEvent":
        return this.sender.deliver(this.inboundUrl, {})
    }
  }

  protected newId(): string {
    return randomUUID()
  }
}
