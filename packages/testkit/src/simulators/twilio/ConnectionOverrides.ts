/** What a webhook URL's fragment says of timeouts and retries: twilio.com/docs/usage/webhooks/webhooks-connection-overrides. */
import type { Answer } from "../core/WebhookRequest.ts"

/** Times are in milliseconds. */
export interface ConnectionOverrides {
  /** Until the connection is there. */
  readonly connectTimeout: number
  /** Until the answer, and between two packets of it. */
  readonly readTimeout: number
  /** For all tries. */
  readonly totalTime: number
  readonly retries: number
  /** After which failures a try is repeated. `ct`: the connection, `rt`: the time. */
  readonly policy: ReadonlySet<string>
}

const bounded = (text: string | null, minimum: number, maximum: number, otherwise: number): number => {
  const value = Number(text ?? Number.NaN)
  return Number.isInteger(value) && value >= minimum && value <= maximum ? value : otherwise
}

export const parse = (url: string): ConnectionOverrides => {
  const fragment = new URLSearchParams(url.split("#")[1] ?? "")
  return {
    connectTimeout: bounded(fragment.get("ct"), 100, 10_000, 5_000),
    readTimeout: bounded(fragment.get("rt"), 100, 15_000, 15_000),
    totalTime: bounded(fragment.get("tt"), 100, 15_000, 15_000),
    retries: bounded(fragment.get("rc"), 0, 5, 1),
    policy: new Set((fragment.get("rp") ?? "ct").split(","))
  }
}

/** Whether the policy repeats a try that ended so. */
export const repeats = ({ policy }: ConnectionOverrides, failure: Answer): boolean => {
  if (policy.has("all")) return true
  if (failure === "connection") return policy.has("ct")
  if (failure === "timeout") return policy.has("rt")
  if (failure === "reset") return false
  return failure >= 500 ? policy.has("5xx") : failure >= 400 && policy.has("4xx")
}
