/** Reads from the SDK's errors what may be kept: the HTTP status, Vonage's code, the wait asked for, the network error. */
import { ProviderFailure } from "@careline/adapter-kit"
import { Effect, Predicate } from "effect"
import * as Problem from "./Problem.ts"

/** How much of an error is read, in bytes. Vonage's have a few hundred. */
const MAX_BODY_BYTES = 16_384

/** The body as JSON. Stops at the limit, and when it is told to. */
const readJson = async (response: Response, signal: AbortSignal): Promise<unknown> => {
  const reader = response.body?.getReader()
  if (reader === undefined) return null
  const stop = () => void reader.cancel().catch(() => null)
  signal.addEventListener("abort", stop, { once: true })
  const chunks: Array<Uint8Array> = []
  let size = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length
    if (size > MAX_BODY_BYTES) {
      stop()
      return null
    }
    chunks.push(part.value)
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"))
}

/** By what it has: a host may have put a class of its own in the place of the global `Response`, as Hono's server does. */
const isResponse = (value: unknown): value is Response =>
  Predicate.hasProperty(value, "status") &&
  Predicate.isNumber(value.status) &&
  Predicate.hasProperty(value, "headers") &&
  Predicate.hasProperty(value.headers, "get") &&
  Predicate.hasProperty(value, "bodyUsed")

const codeOf = (response: Response, timeoutMillis: number): Effect.Effect<string | null> =>
  // The SDK reads the body of a 2xx itself: such an answer is here because its body was cut off.
  response.bodyUsed
    ? Effect.succeed(null)
    : Effect.tryPromise((signal) => readJson(response, signal)).pipe(
        Effect.map(Problem.toCode),
        // The SDK's own limit ends with the headers of an error.
        Effect.timeout(timeoutMillis),
        Effect.orElseSucceed(() => null)
      )

/** The SDK's `VetchError` with an answer whose body nobody read yet, or an error of `fetch`. */
export const inspect = (error: unknown, timeoutMillis: number): Effect.Effect<ProviderFailure.Failure> => {
  if (!Predicate.hasProperty(error, "response") || !isResponse(error.response)) {
    return Effect.succeed(ProviderFailure.ofNetwork(error))
  }
  const { response } = error
  const retryAfter = ProviderFailure.retryAfterMillis(response.headers.get("retry-after"))
  return Effect.map(codeOf(response, timeoutMillis), (code) =>
    ProviderFailure.ofAnswer(response.status, code, retryAfter)
  )
}
