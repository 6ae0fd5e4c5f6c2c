/** Takes an accepted message through its statuses, and reports on each. */
import type { Faults } from "./Faults.ts"
import type { MessageStatus, SimulatedMessage } from "./Ledger.ts"
import type { Ending } from "./Scenario.ts"
import { Underway } from "./Underway.ts"
import * as SimulatedTime from "./SimulatedTime.ts"

const DEFAULT_DELAY_MILLIS = 5

export interface StatusEngineOptions {
  readonly faults: Faults
  /** Between two statuses, in milliseconds; `DEFAULT_DELAY_MILLIS` when not given. */
  readonly delayMillis?: number | undefined
  /** The provider's code for a text that ends badly, when its script names none. */
  readonly errorCodes: Readonly<Record<"undelivered" | "failed", string>>
  /** Statuses that a message goes through before it leaves. */
  readonly before?: ((message: SimulatedMessage) => ReadonlyArray<MessageStatus>) | undefined
  /** Delivers one report on a status that the message has or had, with all its retries. */
  readonly report: (message: SimulatedMessage, status: MessageStatus) => Promise<unknown>
}

export interface Script {
  readonly ending: Ending
  readonly errorCode: string | null
}

const stepsTo: Readonly<Record<Ending, ReadonlyArray<MessageStatus>>> = {
  delivered: ["sent", "delivered"],
  undelivered: ["sent", "undelivered"],
  failed: ["failed"],
  silent: ["sent"],
  stuck: []
}

/** Recipients with a script; the oldest are forgotten. */
const MAX_SCRIPTS = 10_000

export class StatusEngine {
  private readonly options: StatusEngineOptions
  private readonly scripts = new Map<string, Script>()
  private readonly pauses = new Map<NodeJS.Timeout, () => void>()
  private readonly underway = new Underway()
  private isStopped = false

  constructor(options: StatusEngineOptions) {
    this.options = options
  }

  /** Messages to this recipient end so from now on. */
  script(to: string, ending: Ending, errorCode: string | null = null): void {
    const [oldest] = this.scripts.keys()
    if (this.scripts.size >= MAX_SCRIPTS && oldest !== undefined) this.scripts.delete(oldest)
    this.scripts.set(to, { ending, errorCode })
  }

  /**
   * Sets a message going. Resolves when the answer to its sender may leave: at once, or after all reports where the
   * reports are to come before it.
   */
  async start(message: SimulatedMessage, script: Script | null = null): Promise<void> {
    const isEarly = this.options.faults.takeReports("callbackBeforeResponse")
    const run = this.underway.track(this.run(message, script))
    if (isEarly) await run
  }

  /** Once every message is as far as it will come, and every report on it has ended. */
  idle(): Promise<void> {
    return this.underway.idle()
  }

  stop(): void {
    this.isStopped = true
    for (const [timer, resume] of this.pauses) {
      clearTimeout(timer)
      resume()
    }
    this.pauses.clear()
  }

  private async run(message: SimulatedMessage, given: Script | null): Promise<void> {
    const { before, faults } = this.options
    const script = given ?? this.scripts.get(message.to) ?? { ending: "delivered", errorCode: null }
    const steps = [...(before?.(message) ?? []), ...stepsTo[script.ending]]
    if (faults.takeReports("reorderedStatuses")) {
      await this.pause()
      if (this.isStopped) return
      for (const status of steps) this.enter(message, status, script.errorCode)
      for (const status of steps.toReversed()) await this.tell(message, status)
      return
    }
    for (const status of steps) {
      await this.pause()
      if (this.isStopped) return
      this.enter(message, status, script.errorCode)
      await this.tell(message, status)
    }
    if (faults.takeReports("lateStatusAfterTerminal")) await this.tell(message, "sent")
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve()
      const timer = setTimeout(() => {
        this.pauses.delete(timer)
        resolve()
      }, this.options.delayMillis ?? DEFAULT_DELAY_MILLIS)
      this.pauses.set(timer, resolve)
    })
  }

  private enter(message: SimulatedMessage, status: MessageStatus, errorCode: string | null): void {
    message.status = status
    if (status === "sent") message.sentAt = SimulatedTime.now()
    if (status === "undelivered" || status === "failed") {
      message.errorCode = errorCode ?? this.options.errorCodes[status]
    }
  }

  private async tell(message: SimulatedMessage, status: MessageStatus): Promise<void> {
    const { faults, report } = this.options
    if (faults.takeReports("lostStatuses")) return
    const times = faults.takeReports("duplicateWebhook") ? 2 : 1
    await Promise.all(Array.from({ length: times }, () => report(message, status)))
  }
}
