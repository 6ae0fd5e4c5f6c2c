/** Where a provider calls back on a text: the URL that carries our attempt, for providers that echo nothing else. */
import type { AttemptId } from "@careline/domain"

const WEBHOOKS = "/api/v1/webhooks"
const ATTEMPT_PARAMETER = "attempt"

/** An attempt's id is whatever the host made it, up to this length. */
const MAX_ATTEMPT = 128

/** The configured URL without a slash at its end, so that a request's target can follow. */
export const origin = (publicUrl: string): string => publicUrl.replace(/\/+$/, "")

/** Where a provider delivers inbound texts (`sms`) and reports (`status`) to this host. */
export const ofKind = (publicUrl: string, provider: string, kind: "sms" | "status"): string =>
  `${origin(publicUrl)}${WEBHOOKS}/${provider}/${kind}`

/** Where a provider reports on an attempt. */
export const ofAttempt = (publicUrl: string, provider: string, attemptId: string): string =>
  `${ofKind(publicUrl, provider, "status")}?${new URLSearchParams({ [ATTEMPT_PARAMETER]: attemptId })}`

/** The parameters in a request's target, or in a URL. */
export const queryOf = (target: string): URLSearchParams => {
  const start = target.indexOf("?")
  return new URLSearchParams(start === -1 ? "" : target.slice(start + 1).split("#")[0])
}

/** An attempt as a provider echoed it; `null` for what cannot be one. */
export const toAttemptId = (echoed: unknown): AttemptId | null =>
  typeof echoed === "string" && echoed !== "" && echoed.length <= MAX_ATTEMPT ? (echoed as AttemptId) : null

/** The attempt that a callback URL, or its query, carries. */
export const attemptOf = (query: URLSearchParams): AttemptId | null => toAttemptId(query.get(ATTEMPT_PARAMETER))
