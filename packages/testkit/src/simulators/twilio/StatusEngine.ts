/** Takes an accepted message through its statuses, and calls back on each. */
import type { Faults } from "./Faults.ts"
import type { MessageStatus, SimulatedMessage } from "./Ledger.ts"
import type { Form, WebhookSender } from "./WebhookSender.ts"

/** How a message to some recipient ends. `silent`: sent, and no receipt ever comes. */
export type Ending = "delivered" | "undelivered" | "failed" | "silent"

export interface StatusEngineOptions {
  readonly accountSid: string
  readonly sender: WebhookSender
  readonly faults: Faults
  /** Between two statuses, in milliseconds. */
  readonly delayMillis: number
}

const stepsTo: Readonly<Record<Ending, ReadonlyArray<MessageStatus>>> = {
  delivered: ["sent", "delivered"],
  undelivered: ["sent", "undelivered"],
  failed: ["failed"],
  silent: ["sent"]
}

const UNREACHABLE = 30003
const UNKNOWN_DESTINATION = 30005

export class StatusEngine {
  private readonly options: StatusEngineOptions
  private readonly endings = new Map<string, Ending>()
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(options: StatusEngineOptions) {
    this.options = options
  }

  /** Messages to this recipient end so from now on. */
  script(to: string, ending: Ending): void {
    this.endings.set(to, ending)
  }

  start(message: SimulatedMessage): void {
    const steps = stepsTo[this.endings.get(message.to) ?? "delivered"]
    if (this.options.faults.callbacks.reordered) {
      // Nothing promises an order: all at once, the last one first.
      this.later(() => {
        for (const status of steps) this.enter(message, status)
        for (const status of steps.toReversed()) void this.callBack(message, status)
      })
      return
    }
    const next = (index: number) => {
      const status = steps[index]
      if (status === undefined) return
      this.later(() => {
        this.enter(message, status)
        void this.callBack(message, status).then(() => next(index + 1))
      })
    }
    next(0)
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  private later(work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      work()
    }, this.options.delayMillis)
    this.timers.add(timer)
  }

  private enter(message: SimulatedMessage, status: MessageStatus): void {
    message.status = status
    message.errorCode = status === "undelivered" ? UNREACHABLE : status === "failed" ? UNKNOWN_DESTINATION : null
  }

  private async callBack(message: SimulatedMessage, status: MessageStatus): Promise<void> {
    const { accountSid, faults, sender } = this.options
    if (message.statusCallback === null || faults.callbacks.lost) return
    const failed = status === "undelivered" || status === "failed"
    const form: Form = [
      ["AccountSid", accountSid],
      ["ApiVersion", "2010-04-01"],
      ["From", message.from],
      ["MessageSid", message.sid],
      ["MessageStatus", status],
      ["SmsSid", message.sid],
      ["SmsStatus", status],
      ["To", message.to],
      ...(message.messagingServiceSid === null ? [] : [["MessagingServiceSid", message.messagingServiceSid] as const]),
      ...(failed ? [["ErrorCode", String(status === "undelivered" ? UNREACHABLE : UNKNOWN_DESTINATION)] as const] : []),
      ...Object.entries(faults.extraParameters)
    ]
    const times = faults.callbacks.duplicated ? 2 : 1
    await Promise.all(Array.from({ length: times }, () => sender.deliver(message.statusCallback!, form)))
  }
}
