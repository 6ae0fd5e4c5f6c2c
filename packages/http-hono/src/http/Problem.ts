/** Converts failures of requests to problem details: the host's own, and those of the use cases. */
import { Problem } from "@careline/application"
import { type Cause, Predicate } from "effect"
import type { InvalidBody, InvalidQuery, TooManyRequests } from "./Errors.ts"

const { problem } = Problem

const invalid = (status: number, { faults, message }: InvalidBody | InvalidQuery): Problem.Problem =>
  problem("invalid-request", status, "The request is not valid", {
    detail: message,
    errors: faults.map(({ detail, path }) => ({ pointer: Problem.pointerOf(path), detail }))
  })

const ofHost = (error: unknown): Problem.Problem | null => {
  if (!Predicate.hasProperty(error, "_tag")) return null
  const detail = error instanceof Error ? { detail: error.message } : {}
  switch (error._tag) {
    case "Unauthenticated":
      return problem("unauthenticated", 401, "A valid bearer token is needed", detail)
    case "Forbidden":
      return problem("forbidden", 403, "Not allowed", detail)
    case "MalformedRequest":
      return problem("malformed-request", 400, "The request cannot be read", detail)
    case "InvalidBody":
      return invalid(422, error as InvalidBody)
    case "InvalidQuery":
      return invalid(400, error as InvalidQuery)
    case "NothingHere":
      return problem("not-found", 404, "There is nothing at this path")
    case "BodyTooLarge":
      return problem("body-too-large", 413, "The body is too large", detail)
    case "UnsupportedMediaType":
      return problem("unsupported-media-type", 415, "The content type is not supported", detail)
    case "TooManyRequests":
      return problem("too-many-requests", 429, "Too many requests", {
        ...detail,
        retryAfterMillis: (error as TooManyRequests).retryAfterMillis
      })
    case "TooManyStreams":
      return problem("too-many-streams", 429, "Too many event streams", detail)
    default:
      return null
  }
}

/** The problem that a refusal of the host's own is. */
export const ofFailure = (failure: TooManyRequests): Problem.Problem => ofHost(failure)!

/** The problem that a failed request answers with. */
export const ofCause = (cause: Cause.Cause<unknown>): Problem.Problem =>
  ofHost(Problem.failureOf(cause)) ?? Problem.ofCause(cause)
