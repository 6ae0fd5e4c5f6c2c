/** Takes an accepted message through its statuses, and calls back on each. */
import type { Faults } from "./Faults.ts"
import type { MessageStatus, SimulatedMessage } from "./Ledger.ts"
import type { Form, WebhookSender } from "./WebhookSender.ts"
import * as Wire from "./Wire.ts"

/** How a message to some recipient ends. `silent`: sent, and no receipt ever comes. `stuck`: it never leaves. */
export const endings = ["delivered", "undelivered", "failed", "silent", "stuck"] as const
export type Ending = (typeof endings)[number]

export interface StatusEngineOptions {
  readonly accountSid: string
  readonly sender: WebhookSender
  readonly faults: Faults
  /** Between two statuses, in milliseconds. */
  readonly delayMillis: number
}

interface Script {
  readonly ending: Ending
  readonly errorCode: number | null
}

const stepsTo: Readonly<Record<Ending, ReadonlyArray<MessageStatus>>> = {
  delivered: ["sent", "delivered"],
  undelivered: ["sent", "undelivered"],
  failed: ["failed"],
  silent: ["sent"],
  stuck: []
}

const UNREACHABLE = 30003
const UNKNOWN_DESTINATION = 30005
/** Recipients with a script; the oldest are forgotten. */
const MAX_SCRIPTS = 10_000

export class StatusEngine {
  private readonly options: StatusEngineOptions
  private readonly scripts = new Map<string, Script>()
  private readonly pauses = new Map<NodeJS.Timeout, () => void>()
  private readonly underway = new Set<Promise<void>>()
  private isStopped = false

  constructor(options: StatusEngineOptions) {
    this.options = options
  }

  /** Messages to this recipient end so from now on. */
  script(to: string, ending: Ending, errorCode: number | null = null): void {
    const [oldest] = this.scripts.keys()
    if (this.scripts.size >= MAX_SCRIPTS && oldest !== undefined) this.scripts.delete(oldest)
    this.scripts.set(to, { ending, errorCode })
  }

  start(message: SimulatedMessage): void {
    const run = this.run(message).finally(() => this.underway.delete(run))
    this.underway.add(run)
  }

  /** Once every message is as far as it will come, and every callback on it has ended. */
  async idle(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway)
  }

  stop(): void {
    this.isStopped = true
    for (const [timer, resume] of this.pauses) {
      clearTimeout(timer)
      resume()
    }
    this.pauses.clear()
  }

  private async run(message: SimulatedMessage): Promise<void> {
    const { ending, errorCode } = this.scripts.get(message.to) ?? { ending: "delivered", errorCode: null }
    // With a Messaging Service a message waits for its sender first; without one it is queued from the beginning, and no
    // callback is sent for the status that it begins with.
    const steps = [...(message.messagingServiceSid === null ? [] : (["queued"] as const)), ...stepsTo[ending]]
    if (this.options.faults.takeCallback("reordered")) {
      await this.pause()
      if (this.isStopped) return
      for (const status of steps) this.enter(message, status, errorCode)
      for (const status of steps.toReversed()) await this.callBack(message, status)
      return
    }
    for (const status of steps) {
      await this.pause()
      if (this.isStopped) return
      this.enter(message, status, errorCode)
      await this.callBack(message, status)
    }
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve()
      const timer = setTimeout(() => {
        this.pauses.delete(timer)
        resolve()
      }, this.options.delayMillis)
      this.pauses.set(timer, resolve)
    })
  }

  private enter(message: SimulatedMessage, status: MessageStatus, errorCode: number | null): void {
    message.status = status
    if (status === "sent") message.sentAt = new Date()
    if (status === "undelivered") message.errorCode = errorCode ?? UNREACHABLE
    if (status === "failed") message.errorCode = errorCode ?? UNKNOWN_DESTINATION
  }

  private async callBack(message: SimulatedMessage, status: MessageStatus): Promise<void> {
    const { accountSid, faults, sender } = this.options
    const { messagingServiceSid, statusCallback } = message
    if (statusCallback === null || faults.takeCallback("lost")) return
    const hasFailed = status === "undelivered" || status === "failed"
    const hasReceipt = status === "undelivered" || status === "delivered"
    const form: Form = [
      ["AccountSid", accountSid],
      ["ApiVersion", "2010-04-01"],
      ["From", message.from],
      ["MessageSid", message.sid],
      ["MessageStatus", status],
      ["SmsSid", message.sid],
      ["SmsStatus", status],
      ["To", message.to],
      ...(messagingServiceSid === null ? [] : [["MessagingServiceSid", messagingServiceSid] as const]),
      ...(hasFailed ? [["ErrorCode", String(message.errorCode)] as const] : []),
      ...(hasReceipt ? [["RawDlrDoneDate", Wire.receiptDate(new Date())] as const] : []),
      ...Object.entries(faults.extraParameters)
    ]
    const times = faults.takeCallback("duplicated") ? 2 : 1
    await Promise.all(Array.from({ length: times }, () => sender.deliver(statusCallback, form)))
  }
}
