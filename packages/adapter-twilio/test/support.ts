/** The adapter with the real SDK, and a simulator that it talks to over real HTTP. */
import type { AttemptId, PhoneNumber } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { DateTime, Effect, Redacted } from "effect"
import { type TwilioOptions, TwilioTelephony } from "../src/index.ts"

export const accountSid = `AC${"0a".repeat(16)}`
export const authToken = "canary-auth-token-7f3a"
export const apiKey = { sid: `SK${"1b".repeat(16)}`, secret: "canary-api-secret-9c1e" }
export const publicUrl = "https://clinic.example.com"
export const line = "+12025550100" as PhoneNumber.E164
/** The patience of the adapter in tests, in milliseconds: a limit on real I/O. */
const TIMEOUT_MILLIS = 300

export const simulator = TwilioSimulator.scoped({
  accountSid,
  authTokens: [authToken],
  apiKeys: { [apiKey.sid]: apiKey.secret },
  smsUrl: `${publicUrl}/api/v1/webhooks/twilio/sms`,
  statusDelayMillis: 1
}).pipe(
  // Nobody listens at the public URL.
  Effect.tap(({ faults }) => Effect.sync(() => faults.allReports("lostStatuses")))
)

export const adapter = (baseUrl: string, change: Partial<TwilioOptions> = {}) =>
  TwilioTelephony.make({
    accountSid,
    authTokens: [Redacted.make(authToken)],
    apiKey: null,
    messagingServiceSid: null,
    baseUrl,
    publicUrl,
    timeoutMillis: TIMEOUT_MILLIS,
    ...change
  })

let count = 0
/** A text to a recipient that no other test texts. */
export const outbound = (change: Partial<Telephony.OutboundMessage> = {}): Telephony.OutboundMessage => {
  count++
  return {
    attemptId: `attempt-${count}` as AttemptId,
    from: line,
    to: `+1303555${String(1000 + count)}` as PhoneNumber.E164,
    body: "Canary text: your results are in 😀",
    mediaUrls: [],
    ...change
  }
}

export const lost = (
  message: Telephony.OutboundMessage,
  startedAt: DateTime.Utc = DateTime.makeUnsafe(Date.now())
): Telephony.SentAttempt => ({ ...message, startedAt, claimedProviderMessageIds: [] })
