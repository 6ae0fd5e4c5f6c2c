/**
 * Maps failed calls to S3 to our errors, without the SDK's own, which holds the request: keys, links and credentials' ids.
 * Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
 */
import { ProviderFailure } from "@careline/adapter-kit"
import { StorageError, StoreFault, StoreUnavailable } from "@careline/ports"
import { Data, Predicate } from "effect"

/** These pass by themselves, whatever their status: the server is busy, or clocks and credentials are about to be renewed. */
const passing: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "OperationAborted",
  "RequestTimeout",
  "RequestTimeTooSkewed",
  "SlowDown",
  "TokenRefreshRequired"
])

/** A code like `NoSuchKey`, which can hold nothing of ours. */
const CODE = /^[A-Za-z0-9]{1,64}$/

const statusOf = (error: unknown): number | null =>
  Predicate.hasProperty(error, "$metadata") &&
  Predicate.hasProperty(error.$metadata, "httpStatusCode") &&
  Predicate.isNumber(error.$metadata.httpStatusCode)
    ? error.$metadata.httpStatusCode
    : null

export class S3Failure extends Data.TaggedError("S3Failure")<{
  /** The HTTP status of the answer, `null` when there was none. */
  readonly status: number | null
  /** S3's own code, or the network error's name. */
  readonly code: string
}> {
  static readonly noSdk = new S3Failure({ status: null, code: "the SDK cannot be used" })

  static of(error: unknown): S3Failure {
    const status = statusOf(error)
    const name =
      Predicate.hasProperty(error, "name") && Predicate.isString(error.name) && CODE.test(error.name)
        ? error.name
        : "no readable answer"
    return new S3Failure({ status, code: (status === null ? ProviderFailure.ofNetwork(error).network : null) ?? name })
  }

  /** There is nothing under the key. */
  get isAbsent(): boolean {
    return this.code === "NoSuchKey"
  }

  /** The failure in the words of all stores. An answer that is neither a refusal nor to be read says nothing. */
  toError(operation: string): StorageError {
    const { code, status } = this
    const message = status === null ? code : `HTTP ${status} ${code}`
    const isRefused = status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429
    const reason = isRefused && !passing.has(code) ? new StoreFault({ message }) : new StoreUnavailable({ message })
    return new StorageError({ operation, reason })
  }
}
