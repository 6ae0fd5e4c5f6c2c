/** Calls back with the credentials of the application, again and again until a 2xx, as Bandwidth does for 24 hours. */
import { randomUUID } from "node:crypto"
import { SimulatorKit } from "@careline/testkit/simulators"
import { unusually } from "./Wire.ts"

const { WebhookRequest } = SimulatorKit

/** Bandwidth waits so long for an answer, in milliseconds. */
const TIMEOUT_MILLIS = 10_000
/** The documentation does not say when it comes again. In milliseconds, and short enough for a test. */
const PAUSES_MILLIS: ReadonlyArray<number> = [5, 20]

export interface CallbackSenderOptions {
  readonly faults: SimulatorKit.Faults
  readonly ledger: SimulatorKit.Ledger
  /** `user:password` of the application now, and the one before or after. */
  readonly credentials: readonly [current: string, other: string]
}

const basic = (credentials: string): string => `Basic ${Buffer.from(credentials).toString("base64")}`

const withMore = (events: ReadonlyArray<object>, more: Readonly<Record<string, string>>): ReadonlyArray<object> =>
  events.map((event) => {
    const { message, ...rest }: { readonly message?: unknown } = event
    const isMessage = typeof message === "object" && message !== null
    return { ...rest, ...more, message: isMessage ? { ...message, ...more } : message }
  })

export class CallbackSender {
  private readonly options: CallbackSenderOptions
  private readonly underway = new Set<Promise<unknown>>()
  private isStopped = false

  constructor(options: CallbackSenderOptions) {
    this.options = options
  }

  /** Ends with the answer of the last try. */
  send(
    url: string,
    events: ReadonlyArray<object>,
    more: Readonly<Record<string, string>> = {}
  ): Promise<SimulatorKit.Delivery> {
    const sending = this.deliver(url, events, more).finally(() => this.underway.delete(sending))
    this.underway.add(sending)
    return sending
  }

  async idle(): Promise<void> {
    while (this.underway.size > 0) await Promise.allSettled(this.underway)
  }

  stop(): void {
    this.isStopped = true
  }

  private authorization(signing: SimulatorKit.Scenario.Signing | undefined): Readonly<Record<string, string>> {
    const [current, other] = this.options.credentials
    switch (signing) {
      case "missingSignature":
        return {}
      case "malformedSignature":
        return { authorization: `Basic ${current}` }
      case "wrongKey":
        return { authorization: basic(`${current}1`) }
      case "rotatedKey":
        return { authorization: basic(other) }
      default:
        return { authorization: basic(current) }
    }
  }

  private async deliver(
    url: string,
    events: ReadonlyArray<object>,
    more: Readonly<Record<string, string>>
  ): Promise<SimulatorKit.Delivery> {
    const { faults, ledger } = this.options
    const signing = faults.takeSigning()
    const content = withMore(events, { ...faults.unknownParameters, ...more })
    const body = signing === "unusualBytes" ? unusually(content) : JSON.stringify(content)
    const webhookId = randomUUID()
    const attempt = async (): Promise<SimulatorKit.Delivery> => {
      const answered = await WebhookRequest.send({
        url,
        headers: {
          "content-type": "application/json; charset=utf-8",
          "user-agent": "BandwidthAPI/v2",
          ...this.authorization(signing)
        },
        body,
        timeouts: { connectTimeout: TIMEOUT_MILLIS, readTimeout: TIMEOUT_MILLIS },
        totalTime: TIMEOUT_MILLIS
      })
      const { answer, contentType } = answered
      ledger.addWebhook({ url, webhookId, request: body, answer, contentType, body: answered.body })
      return answered
    }
    let last = await attempt()
    for (const pause of PAUSES_MILLIS) {
      if (this.isStopped || WebhookRequest.isAccepted(last)) break
      await new Promise((resolve) => setTimeout(resolve, pause))
      last = await attempt()
    }
    return last
  }
}
