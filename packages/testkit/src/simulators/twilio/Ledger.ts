/** What the simulator accepted and what it delivered: the evidence of every test. Bounded, the oldest go first. */
export type MessageStatus = "accepted" | "queued" | "sent" | "delivered" | "undelivered" | "failed" | "received"

export interface SimulatedMessage {
  readonly sid: string
  readonly from: string
  readonly to: string
  readonly body: string
  readonly mediaUrls: ReadonlyArray<string>
  readonly direction: "inbound" | "outbound-api" | "outbound-reply"
  readonly messagingServiceSid: string | null
  readonly statusCallback: string | null
  readonly createdAt: Date
  /** When it left. `null` while it waits. */
  sentAt: Date | null
  status: MessageStatus
  errorCode: number | null
}

/** How a try at a webhook ended: with a status, never connected, not answered in time, or cut off. */
export type Answer = number | "connection" | "timeout" | "reset"

/** One try at delivering a webhook. */
export interface WebhookTry {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  /** The same for all tries of one webhook: `I-Twilio-Idempotency-Token`. */
  readonly idempotencyToken: string
  /** The answer's status, or why there was none. */
  readonly answer: Answer
  readonly contentType: string
  readonly body: string
}

/** Messages, and tries at webhooks, that are kept when nothing else is asked for. */
export const DEFAULT_LEDGER_LIMIT = 50_000

export class Ledger {
  readonly messages: Array<SimulatedMessage> = []
  readonly webhooks: Array<WebhookTry> = []
  private readonly bySid = new Map<string, SimulatedMessage>()
  private readonly limit: number

  constructor(limit: number = DEFAULT_LEDGER_LIMIT) {
    this.limit = limit
  }

  addMessage(message: SimulatedMessage): SimulatedMessage {
    this.messages.push(message)
    this.bySid.set(message.sid, message)
    if (this.messages.length > this.limit) this.bySid.delete(this.messages.shift()!.sid)
    return message
  }

  addWebhook(attempt: WebhookTry): void {
    this.webhooks.push(attempt)
    if (this.webhooks.length > this.limit) this.webhooks.shift()
  }

  find(sid: string): SimulatedMessage | undefined {
    return this.bySid.get(sid)
  }

  /** What was accepted from us for sending. */
  get sent(): ReadonlyArray<SimulatedMessage> {
    return this.messages.filter((message) => message.direction === "outbound-api")
  }

  /** What the contacts got beside that: Twilio's own answers, and whatever a webhook's answer said. */
  get replies(): ReadonlyArray<SimulatedMessage> {
    return this.messages.filter((message) => message.direction === "outbound-reply")
  }
}
