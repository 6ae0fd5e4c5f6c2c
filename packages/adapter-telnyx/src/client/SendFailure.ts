/** Reads from the SDK's errors what may be kept: the HTTP status, Telnyx's code, the wait asked for, the network error. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Option, Predicate, Schema } from "effect"

const Body = Schema.Struct({ errors: Schema.NonEmptyArray(Schema.Struct({ code: Schema.String })) })
const decodeBody = Schema.decodeUnknownOption(Body)

const QUEUE_FULL = "40318"
const TOO_MANY = 429

const CODE = /^\d{1,10}$/

const headerOf = (error: object, name: string): string | null => {
  const headers = Predicate.hasProperty(error, "headers") ? error.headers : null
  // By what it has: a host may have put a class of its own in the place of the global one.
  if (!Predicate.hasProperty(headers, "get") || !Predicate.isFunction(headers.get)) return null
  const value: unknown = headers.get(name)
  return Predicate.isString(value) ? value : null
}

/** `x-ratelimit-reset` is in seconds from now; a number as large as a date's is one, and our own pause will do. */
const MAX_RESET_SECONDS = 3_600

const askedToWait = (error: object): number | null => {
  const reset = ProviderFailure.retryAfterMillis(headerOf(error, "x-ratelimit-reset"))
  return (
    ProviderFailure.retryAfterMillis(headerOf(error, "retry-after")) ??
    (reset !== null && reset <= MAX_RESET_SECONDS * 1000 ? reset : null)
  )
}

/** The SDK's `APIError`s have a status, its connection errors a cause. */
export const inspect = (error: unknown): ProviderFailure.Failure => {
  if (!Predicate.isObject(error) || !Predicate.hasProperty(error, "status") || !Predicate.isNumber(error.status)) {
    return ProviderFailure.ofNetwork(error)
  }
  const body = decodeBody(Predicate.hasProperty(error, "error") ? error.error : null)
  const code = Option.match(body, { onNone: () => "", onSome: ({ errors }) => errors[0].code })
  // "Retry later": it was not taken, whatever the status says.
  const status = code === QUEUE_FULL ? TOO_MANY : error.status
  return ProviderFailure.ofAnswer(status, CODE.test(code) ? code : null, askedToWait(error))
}
