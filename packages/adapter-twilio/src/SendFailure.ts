/**
 * What a failed call to Twilio means. The SDK's errors hold the credentials, the numbers and the text: nothing of them is
 * passed on but the status, Twilio's code and the name of the network error.
 */
import type { SendOutcome } from "@careline/domain"
import { TelephonyError } from "@careline/ports"
import { Predicate } from "effect"
import * as ErrorCode from "./ErrorCode.ts"

/** Errors of a connection that never came to be, or of its TLS handshake: nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

/** These may also come over a connection that was in use, so they mean "never connected" only where connecting failed. */
const unreachable: ReadonlySet<string> = new Set(["EHOSTUNREACH", "ENETUNREACH"])

/** What of an SDK error may be kept. */
export interface Failure {
  /** The HTTP status of the answer, `null` when there was none. */
  readonly status: number | null
  /** Twilio's code, `null` when the body had none, so was not Twilio's. */
  readonly code: string | null
  /** What Twilio asked for with a 429, in milliseconds. */
  readonly retryAfterMillis: number | null
  /** The network error's name, or what else kept an answer from us. */
  readonly network: string | null
  /** Whether the request may have arrived. */
  readonly mayHaveArrived: boolean
}

const unreadable: Failure = { status: null, code: null, retryAfterMillis: null, network: null, mayHaveArrived: true }

/** The SDK itself cannot be loaded or refuses its options. */
export const noClient: Failure = { ...unreadable, network: "the SDK cannot be used", mayHaveArrived: false }

/** A name like `ECONNRESET`, which can hold nothing of ours. */
const NETWORK_NAME = /^[A-Z][A-Z0-9_]*$/

const isConnecting = (error: object): boolean =>
  Predicate.hasProperty(error, "cause") &&
  Predicate.hasProperty(error.cause, "syscall") &&
  error.cause.syscall === "connect"

/** The SDK's `RestException`, `TwilioServiceException` or `AxiosError`, told apart by what they have. */
export const inspect = (error: unknown): Failure => {
  if (!Predicate.isObject(error)) return unreadable
  const code = Predicate.hasProperty(error, "code") ? error.code : undefined
  if (Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status)) {
    const retryAfter = Predicate.hasProperty(error, "retryAfterMillis") ? error.retryAfterMillis : null
    return {
      ...unreadable,
      status: error.status,
      code: /^[1-9]\d{0,9}$/.test(String(code)) ? String(code) : null,
      retryAfterMillis: Predicate.isNumber(retryAfter) ? retryAfter : null
    }
  }
  if (!Predicate.isString(code) || !NETWORK_NAME.test(code)) return unreadable
  const never = neverConnected.has(code) || (unreachable.has(code) && isConnecting(error))
  return { ...unreadable, network: code, mayHaveArrived: !never }
}

/**
 * A 429 is not processed and safe to repeat (twilio.com/docs/api/errors/20429). A 4xx with Twilio's code is a refusal.
 * After a 5xx (20500), a redirect or a body that is not Twilio's nobody knows.
 */
export const toOutcome = (failure: Failure): SendOutcome.SendOutcome => {
  const { code, network, retryAfterMillis, status } = failure
  if (status === 429) return { _tag: "Throttled", retryAfterMillis }
  if (status !== null && status >= 400 && status < 500 && code !== null) {
    return { _tag: "Rejected", reason: status === 401 ? "unauthorised" : ErrorCode.toReason(code), code }
  }
  if (status !== null) return { _tag: "Unknown", detail: `HTTP ${status}` }
  const detail = network ?? "no readable answer"
  return failure.mayHaveArrived ? { _tag: "Unknown", detail } : { _tag: "NotSent", detail }
}

export const toReason = ({ code, network, retryAfterMillis, status }: Failure): TelephonyError.TelephonyErrorReason =>
  status === null
    ? new TelephonyError.Unavailable({ message: network ?? "no readable answer", code: null })
    : TelephonyError.fromStatus(status, code, retryAfterMillis)
