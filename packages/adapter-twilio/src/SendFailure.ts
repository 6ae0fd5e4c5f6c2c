/**
 * What a failed call to Twilio means. The SDK's errors hold the credentials, the numbers and the text: nothing of them is
 * passed on but the status, Twilio's code and the name of the network error.
 */
import type { SendOutcome } from "@careline/domain"
import { TelephonyError } from "@careline/ports"
import { Predicate } from "effect"
import * as ErrorCode from "./ErrorCode.ts"

/** Errors of a connection that never came to be: nothing was sent. */
const neverConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

/** What of an SDK error may be kept. */
export interface Failure {
  /** The HTTP status of the answer, `null` when there was none. */
  readonly status: number | null
  /** Twilio's code, `null` when the body had none, so was not Twilio's. */
  readonly code: string | null
  /** The network error's name. */
  readonly network: string | null
}

const numberOf = (error: object, key: string): number | null => {
  const value = (error as Readonly<Record<string, unknown>>)[key]
  return Predicate.isNumber(value) ? value : null
}

export const inspect = (error: unknown): Failure => {
  if (!Predicate.isObject(error)) return { status: null, code: null, network: null }
  const status = numberOf(error, "status")
  const code = (error as Readonly<Record<string, unknown>>).code
  return {
    status,
    code:
      status !== null && (Predicate.isNumber(code) || (Predicate.isString(code) && /^\d+$/.test(code)))
        ? String(code)
        : null,
    network: status === null && Predicate.isString(code) ? code : null
  }
}

/** A 429 is not processed and safe to repeat (twilio.com/docs/api/errors/20429); after a 5xx nobody knows (20500). */
export const toOutcome = ({ code, network, status }: Failure): SendOutcome.SendOutcome => {
  if (status === 429) return { _tag: "Throttled", retryAfterMillis: null }
  if (status !== null && status >= 400 && status < 500 && (code !== null || status === 401 || status === 404)) {
    return {
      _tag: "Rejected",
      reason: status === 401 ? "unauthorised" : ErrorCode.toReason(code),
      code: code ?? `http_${status}`
    }
  }
  if (status !== null) return { _tag: "Unknown", detail: `HTTP ${status}` }
  if (network !== null && neverConnected.has(network)) return { _tag: "NotSent", detail: network }
  return { _tag: "Unknown", detail: network ?? "no readable answer" }
}

export const toReason = ({ code, network, status }: Failure): TelephonyError.TelephonyErrorReason =>
  status === null
    ? new TelephonyError.Unavailable({ message: network ?? "no readable answer", code: null })
    : TelephonyError.fromStatus(status, code, null)
