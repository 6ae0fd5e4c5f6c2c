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
  status: MessageStatus
  errorCode: number | null
}

/** One try at delivering a webhook. */
export interface WebhookTry {
  readonly url: string
  readonly form: Readonly<Record<string, string>>
  /** The answer's status, or why there was none. */
  readonly answer: number | "connection" | "timeout"
}

const MAX_ENTRIES = 50_000

const push = <A>(entries: Array<A>, entry: A): void => {
  entries.push(entry)
  if (entries.length > MAX_ENTRIES) entries.shift()
}

export class Ledger {
  readonly messages: Array<SimulatedMessage> = []
  readonly webhooks: Array<WebhookTry> = []

  addMessage(message: SimulatedMessage): SimulatedMessage {
    push(this.messages, message)
    return message
  }

  addWebhook(attempt: WebhookTry): void {
    push(this.webhooks, attempt)
  }

  find(sid: string): SimulatedMessage | undefined {
    return this.messages.findLast((message) => message.sid === sid)
  }

  /** What was accepted from us for sending. */
  get sent(): ReadonlyArray<SimulatedMessage> {
    return this.messages.filter((message) => message.direction === "outbound-api")
  }
}
