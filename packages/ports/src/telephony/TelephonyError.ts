/**
 * What can go wrong between us and a telephony provider, in words that all providers share.
 *
 * One error, `TelephonyError`, whose `reason` says what and knows whether trying again may help. No reason carries the
 * provider's raw error: those hold credentials and numbers. An adapter adds only its own code table to `fromStatus`.
 */
import { Schema } from "effect"

const Detail = { message: Schema.String, code: Schema.NullOr(Schema.String) }

/** A webhook with a signature that does not match its bytes, or with none. Answered 403. */
export class InvalidSignature extends Schema.TaggedError<InvalidSignature>()("InvalidSignature", {
  message: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
}

/**
 * A webhook that may be the provider's and that nobody can verify now: it came unsigned from a provider that at times
 * forgets to sign, or our secrets are not the provider's. Answered 503, so that it comes again.
 */
export class Unverifiable extends Schema.TaggedError<Unverifiable>()("Unverifiable", {
  message: Schema.String
}) {
  get isRetryable(): boolean {
    return true
  }
}

/**
 * A webhook whose signature is right and whose content cannot be read. The provider wrote it, so the fault is ours: it is
 * answered 500, and may come again once we understand it.
 */
export class MalformedWebhook extends Schema.TaggedError<MalformedWebhook>()("MalformedWebhook", {
  message: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
}

/** The provider does not accept our credentials. An operator has to act. */
export class Unauthorised extends Schema.TaggedError<Unauthorised>()("Unauthorised", Detail) {
  get isRetryable(): boolean {
    return false
  }
}

/** The provider refused the request for good. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", Detail) {
  get isRetryable(): boolean {
    return false
  }
}

/** The provider knows nothing under that id. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", Detail) {
  get isRetryable(): boolean {
    return false
  }
}

/** The provider wants us to slow down; `retryAfterMillis` where it said how long. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...Detail,
  retryAfterMillis: Schema.NullOr(Schema.Finite)
}) {
  get isRetryable(): boolean {
    return true
  }
}

/** The provider could not be reached, did not answer in time, answered 5xx, or answered what nobody can read. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", Detail) {
  get isRetryable(): boolean {
    return true
  }
}

/** The adapter does not declare this capability. */
export class Unsupported extends Schema.TaggedError<Unsupported>()("Unsupported", {
  message: Schema.String,
  capability: Schema.String
}) {
  get isRetryable(): boolean {
    return false
  }
}

/** What can go wrong with a provider. */
export const TelephonyErrorReason = Schema.Union([
  InvalidSignature,
  Unverifiable,
  MalformedWebhook,
  Unauthorised,
  Refused,
  NotFound,
  RateLimited,
  Unavailable,
  Unsupported
])
/** What can go wrong with a provider. */
export type TelephonyErrorReason = typeof TelephonyErrorReason.Type

/** The one error of a provider. The reason says what went wrong, and whether trying again may help. */
export class TelephonyError extends Schema.TaggedError<TelephonyError>()("TelephonyError", {
  provider: Schema.String,
  operation: Schema.String,
  reason: TelephonyErrorReason
}) {
  override get message(): string {
    return `${this.provider} ${this.operation}: ${this.reason.message}`
  }
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }
}

/** The reason that an HTTP status alone stands for: the base under every adapter's own code table. */
export const fromStatus = (
  status: number,
  code: string | null,
  retryAfterMillis: number | null
): TelephonyErrorReason => {
  const message = `HTTP ${status}`
  if (status === 401 || status === 403) return new Unauthorised({ message, code })
  if (status === 404) return new NotFound({ message, code })
  if (status === 429) return new RateLimited({ message, code, retryAfterMillis })
  return status >= 400 && status < 500 ? new Refused({ message, code }) : new Unavailable({ message, code })
}

/** The HTTP status that answers a webhook which was not taken in: 4xx only for what the caller did wrong. */
export const webhookStatus = (reason: TelephonyErrorReason): 403 | 500 | 503 => {
  if (reason._tag === "InvalidSignature") return 403
  return reason.isRetryable ? 503 : 500
}
