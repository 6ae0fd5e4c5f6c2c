/** What a simulator accepted and what it delivered: the evidence of every test. Bounded, the oldest go first. */
import type { WebhookAnswer } from "./WebhookRequest.ts"

export type MessageStatus = "accepted" | "queued" | "sent" | "delivered" | "undelivered" | "failed" | "received"

export interface SimulatedMessage {
  /** The provider's id. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly mediaUrls: ReadonlyArray<string>
  /** `reply`: by the provider itself, or by what a webhook's answer said. */
  readonly direction: "inbound" | "outbound" | "reply"
  /** The Messaging Service or profile that it was sent through. */
  readonly service: string | null
  /** Our reference, where the provider takes one. */
  readonly reference: string | null
  /** Where its reports go. */
  readonly callbackUrl: string | null
  readonly createdAt: Date
  /** When it left. `null` while it waits. */
  sentAt: Date | null
  status: MessageStatus
  /** The provider's own code. */
  errorCode: string | null
}

/** One try at delivering a webhook. */
export interface WebhookTry extends Pick<WebhookAnswer, "answer" | "contentType" | "body"> {
  readonly url: string
  /** The same for all tries of one webhook. */
  readonly webhookId: string
  /** The body as it was sent. */
  readonly request: string
}

/** A request of ours. */
export interface ApiRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Whether it had credentials that are right. */
  readonly isLetIn: boolean
}

/** Messages, and tries at webhooks, that are kept when nothing else is asked for. */
const DEFAULT_LEDGER_LIMIT = 50_000

export class Ledger {
  readonly messages: Array<SimulatedMessage> = []
  readonly webhooks: Array<WebhookTry> = []
  readonly requests: Array<ApiRequest> = []
  private readonly byId = new Map<string, SimulatedMessage>()
  private readonly limit: number

  constructor(limit: number = DEFAULT_LEDGER_LIMIT) {
    this.limit = limit
  }

  addMessage(message: SimulatedMessage): SimulatedMessage {
    this.messages.push(message)
    this.byId.set(message.id, message)
    if (this.messages.length > this.limit) this.byId.delete(this.messages.shift()!.id)
    return message
  }

  addWebhook(attempt: WebhookTry): void {
    this.webhooks.push(attempt)
    if (this.webhooks.length > this.limit) this.webhooks.shift()
  }

  addRequest(request: ApiRequest): void {
    this.requests.push(request)
    if (this.requests.length > this.limit) this.requests.shift()
  }

  find(id: string): SimulatedMessage | undefined {
    return this.byId.get(id)
  }

  /** What was accepted from us for sending. */
  get sent(): ReadonlyArray<SimulatedMessage> {
    return this.messages.filter((message) => message.direction === "outbound")
  }

  /** What the contacts got beside that. */
  get replies(): ReadonlyArray<SimulatedMessage> {
    return this.messages.filter((message) => message.direction === "reply")
  }
}
