/** An HTTP error as an outcome. Its `description` and those of its fields repeat numbers, so only words of a list are kept. */
import type { SendOutcome } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { Option, Schema } from "effect"
import type { Answer } from "./BandwidthClient.ts"
import * as ErrorCode from "./ErrorCode.ts"

const ErrorBody = Schema.fromJsonString(
  Schema.Struct({
    /** Like `request-validation`. */
    type: Schema.String.check(Schema.isPattern(/^[a-z][a-z-]{0,63}$/)),
    fieldErrors: Schema.optionalKey(Schema.Array(Schema.Struct({ fieldName: Schema.String })))
  })
)
const decode = Schema.decodeUnknownOption(ErrorBody)

/** `request-validation` says nothing, so the field that it complains about has to. */
const reasonOfField = (field: string): SendOutcome.RejectionReason | undefined => {
  if (/^to\b/.test(field)) return "invalid_recipient"
  return field === "from" ? "sender_not_allowed" : undefined
}

export const ofNetwork = (failure: ProviderFailure.Failure): SendOutcome.SendOutcome =>
  ProviderFailure.toOutcome(failure, ErrorCode.toReason)

export const ofAnswer = ({ body, retryAfter, status }: Answer): SendOutcome.SendOutcome => {
  const error = Option.getOrNull(decode(body))
  const failure = ProviderFailure.ofAnswer(status, error?.type ?? null, ProviderFailure.retryAfterMillis(retryAfter))
  return ProviderFailure.toOutcome(
    failure,
    (code) =>
      error?.fieldErrors?.map(({ fieldName }) => reasonOfField(fieldName)).find((reason) => reason !== undefined) ??
      ErrorCode.toReason(code)
  )
}
