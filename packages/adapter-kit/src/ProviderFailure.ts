/**
 * What a failed call to a provider's API means, whichever provider's it was: the part of an adapter's error handling that
 * is the same for all. An adapter reads its SDK's error into a `Failure` and brings its own table of codes.
 *
 * SDK errors hold the credentials, the numbers and the text. A `Failure` holds the status, the provider's code and the name
 * of the network error, and nothing else of them is passed on.
 */
import { type Numbers, type Telephony, TelephonyError } from "@careline/ports"
import type { SendOutcome } from "@careline/domain"
import { Predicate } from "effect"

/** Errors of a connection that never came to be, or of its TLS handshake: nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
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

/** What an SDK's call failed with, without the SDK's own error. */
export interface Failure {
  /** The HTTP status of the answer, `null` when there was none. */
  readonly status: number | null
  /** The provider's own code, `null` when the body had none, so was not the provider's. */
  readonly code: string | null
  /** What the provider asked for with a 429, in milliseconds. */
  readonly retryAfterMillis: number | null
  /** The network error's name, or what else kept an answer from us. */
  readonly network: string | null
  /** Whether the request may have arrived. */
  readonly mayHaveArrived: boolean
}

/** Nobody can say what happened. */
export const unreadable: Failure = {
  status: null,
  code: null,
  retryAfterMillis: null,
  network: null,
  mayHaveArrived: true
}

/** The SDK itself cannot be loaded or refuses its options. */
export const noClient: Failure = { ...unreadable, network: "the SDK cannot be used", mayHaveArrived: false }

/** The provider answered with an error. */
export const ofAnswer = (status: number, code: string | null, retryAfterMillis: number | null = null): Failure => ({
  ...unreadable,
  status,
  code,
  retryAfterMillis
})

/** A name like `ECONNRESET`, which can hold nothing of ours. */
const NETWORK_NAME = /^[A-Z][A-Z0-9_]*$/
/** How deep errors are wrapped: an SDK's in `fetch`'s in the socket's. */
const MAX_CAUSES = 5

/** The network error behind an SDK's error, by the first name in its chain of causes. */
export const ofNetwork = (error: unknown): Failure => {
  let current = error
  for (let depth = 0; depth < MAX_CAUSES && Predicate.isObject(current); depth++) {
    const { cause, code, name, syscall }: Partial<Record<"cause" | "code" | "name" | "syscall", unknown>> = current
    if (Predicate.isString(code) && NETWORK_NAME.test(code)) {
      const isConnecting =
        syscall === "connect" || (Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect")
      const never = neverConnected.has(code) || (unreachable.has(code) && isConnecting)
      return { ...unreadable, network: code, mayHaveArrived: !never }
    }
    if (name === "AbortError" || name === "TimeoutError") return { ...unreadable, network: "no answer in time" }
    current = cause
  }
  return unreadable
}

/** These say that the request was not understood in time or met another one: not that it was refused. */
const undecided: ReadonlySet<number> = new Set([408, 409])

/**
 * A 429 was not processed and is safe to repeat. A 4xx with the provider's own code is a refusal. After a 5xx, a redirect
 * or a body that is not the provider's nobody knows.
 */
export const toOutcome = (
  failure: Failure,
  reasonOf: (code: string | null) => SendOutcome.RejectionReason
): SendOutcome.SendOutcome => {
  const { code, network, retryAfterMillis, status } = failure
  if (status === 429) return { _tag: "Throttled", retryAfterMillis }
  if (status !== null && status >= 400 && status < 500 && code !== null && !undecided.has(status)) {
    return { _tag: "Rejected", reason: status === 401 ? "unauthorised" : reasonOf(code), code }
  }
  if (status !== null) return { _tag: "Unknown", detail: `HTTP ${status}` }
  const detail = network ?? "no readable answer"
  return failure.mayHaveArrived ? { _tag: "Unknown", detail } : { _tag: "NotSent", detail }
}

/** The same for a call that was to be placed: a failure never says that it was. */
export const toCallOutcome = (
  failure: Failure,
  reasonOf: (code: string | null) => SendOutcome.RejectionReason
): Telephony.CallOutcome => {
  const outcome = toOutcome(failure, reasonOf)
  return outcome._tag === "Accepted" ? { _tag: "Unknown", detail: "no readable answer" } : outcome
}

/** The same for a number that was to be bought. Refused credentials are the account's affair. */
export const toPurchaseOutcome = (
  failure: Failure,
  reasonOf: (code: string | null) => Numbers.PurchaseRefusal
): Numbers.PurchaseOutcome => {
  const outcome = toOutcome(failure, () => "other")
  if (outcome._tag === "Accepted") return { _tag: "Unknown", detail: "no readable answer" }
  if (outcome._tag !== "Rejected") return outcome
  return { _tag: "Rejected", reason: failure.status === 401 ? "account" : reasonOf(failure.code), code: outcome.code }
}

/** The failure in the words that all providers share. */
export const toReason = ({ code, network, retryAfterMillis, status }: Failure): TelephonyError.TelephonyErrorReason =>
  status === null
    ? new TelephonyError.Unavailable({ message: network ?? "no readable answer", code: null })
    : TelephonyError.fromStatus(status, code, retryAfterMillis)

/** `Retry-After` in seconds (RFC 9110, 10.2.3), as milliseconds. `null` for none, and for a date: our own pause will do. */
export const retryAfterMillis = (header: unknown): number | null =>
  typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null
