/** Maps a failed call to an error of the port. The SDK's errors quote the endpoint's answer, and so perhaps the recording or the key. */
import { ProviderFailure } from "@careline/adapter-kit"
import { TranscriberError } from "@careline/ports"
import { Predicate } from "effect"

/** These 4xx say that the request came at a bad time, not that it is wrong. */
const transient: ReadonlySet<number> = new Set([408, 409, 425, 429])

/** The SDK's `APIError` has a status when there was an answer. */
export const inspect = (error: unknown): ProviderFailure.Failure =>
  Predicate.hasProperty(error, "status") && Predicate.isNumber(error.status)
    ? ProviderFailure.ofAnswer(error.status, null)
    : ProviderFailure.ofNetwork(error)

/** In the port's words. Networks, times, 5xx and what nobody can read may get better. */
export const toError = (failure: ProviderFailure.Failure): TranscriberError => {
  const { network, status } = failure
  if (status === null) {
    return new TranscriberError({
      message: network ?? "no readable answer",
      isRetryable: failure !== ProviderFailure.noClient
    })
  }
  return new TranscriberError({ message: `HTTP ${status}`, isRetryable: status >= 500 || transient.has(status) })
}
