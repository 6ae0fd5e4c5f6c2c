/** Where a provider calls back on a text or a call: URLs that carry our id, for providers that echo nothing else. */
import type { Telephony } from "@careline/ports"
import type { AttemptId, CallId, CallPlan } from "@careline/domain"

const WEBHOOKS = "/api/v1/webhooks"
const ATTEMPT_PARAMETER = "attempt"

/** An attempt's id is whatever the host made it, up to this length. */
const MAX_ATTEMPT = 128

/** The configured URL without a slash at its end, so that a request's target can follow. */
export const origin = (publicUrl: string): string => publicUrl.replace(/\/+$/, "")

/** Where a provider delivers a kind of webhook to this host. */
export const ofKind = (publicUrl: string, provider: string, kind: Telephony.WebhookKind): string =>
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

const CALL_PARAMETER = "call"
const PLACE_PARAMETER = "at"
const AFTER_PARAMETER = "after"

/** What a provider calls back after: what was rendered is over. */
export type After = "answer" | "keys" | "recording" | "connection"

/** Where a provider asks what a call does next, after the step at `at`. */
export const ofStep = (
  publicUrl: string,
  provider: string,
  step: { readonly callId: CallId | null; readonly at: CallPlan.Path },
  after: After
): string => {
  const call = step.callId === null ? {} : { [CALL_PARAMETER]: step.callId, [PLACE_PARAMETER]: step.at }
  return `${ofKind(publicUrl, provider, "call")}?${new URLSearchParams({ ...call, [AFTER_PARAMETER]: after })}`
}

/** Where a provider reports on a call. */
export const ofCall = (
  publicUrl: string,
  provider: string,
  kind: Telephony.WebhookKind,
  callId: CallId | null
): string => {
  const url = ofKind(publicUrl, provider, kind)
  return callId === null ? url : `${url}?${new URLSearchParams({ [CALL_PARAMETER]: callId })}`
}

/** The call that a callback URL, or its query, carries. */
export const callOf = (query: URLSearchParams): CallId | null => {
  const echoed = query.get(CALL_PARAMETER)
  return echoed !== null && echoed !== "" && echoed.length <= MAX_ATTEMPT ? (echoed as CallId) : null
}

const afters: ReadonlySet<string | null> = new Set<After>(["answer", "keys", "recording", "connection"])

/** What a callback URL of `ofStep` carries; `null` for any other. */
export const stepOf = (
  query: URLSearchParams
): { readonly callId: CallId | null; readonly at: CallPlan.Path; readonly after: After } | null => {
  const after = query.get(AFTER_PARAMETER)
  if (!afters.has(after)) return null
  return { callId: callOf(query), at: query.get(PLACE_PARAMETER) ?? "", after: after as After }
}
