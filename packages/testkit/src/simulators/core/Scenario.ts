/**
 * What can happen between a provider and us, in words that belong to no provider. Every simulator says them in its own wire
 * format; the Telephony contract is written in nothing else.
 */

/** Of a send: refused for good, and nothing was taken. */
export const refusals = ["rejectedInvalidRecipient", "recipientOptedOut", "senderNotAllowed", "unauthorised"] as const

/** Of a send: not processed, to be tried again later. With the wait that is asked for, and without. */
export const throttles = ["rateLimited", "rateLimitedBare"] as const

/** Of a request: nothing was taken, and the answer does not say so. */
export const outages = ["serverError", "providerDown", "badGateway", "redirected", "hangs", "resets"] as const

/**
 * Of a send: the text was taken, and nobody hears of it. The last three are a 2xx whose body is no JSON, one whose body is
 * JSON and says nothing, and one whose body comes byte by byte, for ever.
 */
export const lostAnswers = [
  "acceptedThen500",
  "acceptedThenHang",
  "acceptedThenReset",
  "garbageBody",
  "emptyBody",
  "slowBody"
] as const

/** Of a request: the provider never finishes its answer, so that only the client's patience ends it. */
export const silences: ReadonlySet<Scenario> = new Set<Scenario>(["hangs", "acceptedThenHang", "slowBody"])

/**
 * Of a webhook: how it is signed, or not. `rotatedKey`: with the other one of ours. `unusualBytes`: rightly, over a body
 * that no serializer of ours would write.
 */
export const signings = [
  "tamperedBody",
  "wrongKey",
  "missingSignature",
  "malformedSignature",
  "rotatedKey",
  "staleTimestamp",
  "unusualBytes"
] as const

/** Of a webhook: what it says. */
export const oddities = ["unknownEvent", "unknownStatus", "unreadableEvent"] as const

/** Of the reports on a text. */
export const reportings = [
  "lostStatuses",
  "duplicateWebhook",
  "reorderedStatuses",
  "callbackBeforeResponse",
  "lateStatusAfterTerminal"
] as const

/** How a text of ours ends. `silent`: it left, and no receipt ever comes. `stuck`: it never leaves. */
export const endings = ["delivered", "undelivered", "failed", "silent", "stuck"] as const

/** Of a text that comes in. */
export const inbounds = [
  "inboundText",
  "mmsWithTwoMedia",
  "emptyBodyMms",
  "unicodeAndEmoji",
  "concatenated",
  "shortCodeSender",
  "alphanumericSender",
  "stopWord",
  "providerHandledStop",
  "unknownParameter"
] as const

export const scenarios = [
  "accepted",
  ...refusals,
  ...throttles,
  ...outages,
  ...lostAnswers,
  ...signings,
  ...oddities,
  ...reportings,
  ...endings,
  ...inbounds
] as const
export type Scenario = (typeof scenarios)[number]

export type Refusal = (typeof refusals)[number]
export type Throttle = (typeof throttles)[number]
export type Outage = (typeof outages)[number]
export type LostAnswer = (typeof lostAnswers)[number]
export type Signing = (typeof signings)[number]
export type Oddity = (typeof oddities)[number]
export type Reporting = (typeof reportings)[number]
export type Ending = (typeof endings)[number]
export type Inbound = (typeof inbounds)[number]

/** What can go wrong with a request. Of one that asks, a lost answer is an outage like the others. */
export const requestFaults = [...refusals, ...throttles, ...outages, ...lostAnswers] as const
export type RequestFault = (typeof requestFaults)[number]
