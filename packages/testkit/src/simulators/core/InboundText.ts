/** A text that somebody sends to one of our numbers, and how its webhook ended. */
import type { WebhookAnswer } from "./WebhookRequest.ts"

/** A text to one of our numbers. Numbers are E.164 here, whatever the provider writes. */
export interface InboundText {
  readonly from: string
  readonly to: string
  readonly body: string
  readonly media?: ReadonlyArray<{ readonly url: string; readonly contentType: string }> | undefined
  /** Fields beside the documented ones. */
  readonly extra?: Readonly<Record<string, string>> | undefined
  /** Delivers the same webhook again, under the same id. */
  readonly id?: string | undefined
}

/** The end of a webhook's delivery: the answer of the last try. */
export type Delivery = WebhookAnswer
