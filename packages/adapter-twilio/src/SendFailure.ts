/** What the SDK's errors hold that may be kept: the HTTP status, Twilio's code, the wait asked for, the network error. */
import { ProviderFailure } from "@careline/ports"
import { Predicate } from "effect"

/** The SDK's `RestException`, `TwilioServiceException` or `AxiosError`, told apart by what they have. */
export const inspect = (error: unknown): ProviderFailure.Failure => {
  if (!Predicate.hasProperty(error, "status") || !Predicate.isNumber(error.status)) {
    return ProviderFailure.ofNetwork(error)
  }
  const code = Predicate.hasProperty(error, "code") ? String(error.code) : ""
  const retryAfter = Predicate.hasProperty(error, "retryAfterMillis") ? error.retryAfterMillis : null
  return ProviderFailure.ofAnswer(
    error.status,
    /^[1-9]\d{0,9}$/.test(code) ? code : null,
    Predicate.isNumber(retryAfter) ? retryAfter : null
  )
}
