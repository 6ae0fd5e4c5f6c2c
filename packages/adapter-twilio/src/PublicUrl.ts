/** Where Twilio reaches this host: what it signs, and where it calls back. */
import * as StatusCallback from "./StatusCallback.ts"

const WEBHOOKS = "/api/v1/webhooks/twilio"

/** The configured URL without a slash at its end, so that a request's target can follow. */
export const origin = (publicUrl: string): string => publicUrl.replace(/\/+$/, "")

/** The URL that Twilio signed for a request: never made from a `Host` or `X-Forwarded-*` header, which anybody can set. */
export const ofTarget = (publicUrl: string, target: string): string => origin(publicUrl) + target

/** The parameters in a request's target. */
export const queryOf = (target: string): URLSearchParams => {
  const start = target.indexOf("?")
  return new URLSearchParams(start === -1 ? "" : target.slice(start + 1).split("#")[0])
}

/** Where Twilio reports on an attempt. The attempt is in it, because Twilio knows no reference of ours. */
export const statusCallback = (publicUrl: string, attemptId: string): string =>
  `${origin(publicUrl)}${WEBHOOKS}/status?${new URLSearchParams({ [StatusCallback.ATTEMPT_PARAMETER]: attemptId })}`
