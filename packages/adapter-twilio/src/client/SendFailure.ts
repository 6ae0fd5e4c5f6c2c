/** Reads from the SDK's errors what may be kept: the HTTP status, Twilio's code, the wait asked for, the network error. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Predicate } from "effect"

/** The SDK's `RestException`, `TwilioServiceException` or `AxiosError`, told apart by what they have. */
export const inspect = (error: unknown): ProviderFailure.Failure => {
  if (!Predicate.hasProperty(error, "status") || !Predicate.isNumber(error.status)) {
    return ProviderFailure.ofNetwork(error)
  }
  // A number, or the same as text.
  const given = Predicate.hasProperty(error, "code") ? error.code : null
  const code = Predicate.isNumber(given) || Predicate.isString(given) ? String(given) : ""
  const retryAfter = Predicate.hasProperty(error, "retryAfterMillis") ? error.retryAfterMillis : null
  return ProviderFailure.ofAnswer(
    error.status,
    /^[1-9]\d{0,9}$/.test(code) ? code : null,
    Predicate.isNumber(retryAfter) ? retryAfter : null
  )
}
