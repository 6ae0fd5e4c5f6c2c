/** What every simulated account has: what it took and delivered, and where inbound texts go. Knows no HTTP server. */
import type { Faults } from "./Faults.ts"
import type { Ledger, SimulatedMessage } from "./Ledger.ts"
import type { NumberMarket } from "./NumberMarket.ts"
import type { Oddity } from "./Scenario.ts"
import type { Delivery, InboundText } from "./InboundText.ts"
import type { StatusEngine } from "./StatusEngine.ts"
import * as SimulatedTime from "./SimulatedTime.ts"

/** Delivers webhooks by the provider's rules. */
export interface Deliveries {
  /** Once every delivery that is under way has ended. */
  readonly idle: () => Promise<void>
}

export interface AccountParts<Sender extends Deliveries> {
  readonly ledger: Ledger
  readonly sender: Sender
  readonly engine: StatusEngine
  readonly faults: Faults
  readonly numbers: NumberMarket
}

/** What must be said of a message; the rest is as it is in the beginning. */
export type Draft = Pick<SimulatedMessage, "body" | "direction" | "from" | "mediaUrls" | "to"> &
  Partial<SimulatedMessage>

export abstract class SimulatedAccount<Sender extends Deliveries> {
  inboundUrl: string
  protected readonly ledger: Ledger
  protected readonly sender: Sender
  protected readonly engine: StatusEngine
  protected readonly faults: Faults
  protected readonly numbers: NumberMarket

  constructor(inboundUrl: string, { engine, faults, ledger, numbers, sender }: AccountParts<Sender>) {
    this.inboundUrl = inboundUrl
    this.ledger = ledger
    this.sender = sender
    this.engine = engine
    this.faults = faults
    this.numbers = numbers
  }

  /** Where texts to a number are delivered. */
  protected inboundUrlOf(to: string): string {
    return this.numbers.textsTo(to, this.inboundUrl)
  }

  /** Somebody texts one of our numbers. Ends when the webhook was answered, or given up. */
  abstract receive(text: InboundText): Promise<Delivery & { readonly id: string }>

  /** Calls a webhook with what is not in the provider's documentation. */
  abstract deliver(oddity: Oddity, to: string): Promise<Delivery>

  /** A new id as the provider makes them. */
  protected abstract newId(message: Pick<SimulatedMessage, "mediaUrls">): string

  protected draft(message: Draft): SimulatedMessage {
    return {
      service: null,
      reference: null,
      callbackUrl: null,
      createdAt: SimulatedTime.now(),
      sentAt: null,
      status: "queued",
      errorCode: null,
      id: this.newId(message),
      ...message
    }
  }

  protected log(message: Draft): SimulatedMessage {
    return this.ledger.addMessage(this.draft(message))
  }

  /** Puts a text that came in on record, and returns its id. */
  protected keep({ body, from, media = [], to }: InboundText): string {
    const mediaUrls = media.map(({ url }) => url)
    return this.log({
      from,
      to,
      body,
      mediaUrls,
      direction: "inbound",
      status: "received",
      sentAt: SimulatedTime.now()
    }).id
  }

  /** The contact gets an answer that we did not send: the provider's own, or what a webhook's answer said. */
  protected replyTo({ from, to }: InboundText, body: string): void {
    const status = "delivered"
    this.log({ from: to, to: from, body, mediaUrls: [], direction: "reply", status, sentAt: SimulatedTime.now() })
  }
}
