/** What the parts of the adapter have in common: its options, and Acme's answers. */
import { Option, Schema } from "effect"

export interface AcmeOptions {
  readonly apiKey: string
  readonly webhookSecrets: ReadonlyArray<string>
  readonly baseUrl: string
  readonly publicUrl: string
  readonly timeoutMillis: number
}

const Json = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
/** An answer of Acme's: its status, and its body as it came. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  readonly body: string
}

/** A refusal as an exception: the status, and Acme's code if the body is Acme's. */
export class Refusal extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super(`HTTP ${answer.status}`)
    this.answer = answer
  }
}

export const decode = (body: string): Readonly<Record<string, unknown>> | null =>
  Option.getOrNull(Schema.decodeUnknownOption(Json)(body))
