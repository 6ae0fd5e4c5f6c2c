/** The contract, on the real SDK against Twilio's simulator. */
import type { PhoneNumber } from "@careline/domain"
import { TelephonyContract } from "@careline/testkit/contract"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { TwilioTelephony } from "../src/index.ts"

const accountSid = `AC${"0a".repeat(16)}`
const authTokens = ["canary-auth-token-7f3a", "canary-auth-token-next"] as const
const trunkSid = `TK${"1b".repeat(16)}`
const line = "+12025550100" as PhoneNumber.E164

TelephonyContract.suite(
  { name: "Twilio", capabilities: TwilioTelephony.capabilities({ trunkSid }) },
  TelephonyContract.layer(({ patienceMillis, publicUrl, urlOf }) =>
    Effect.gen(function* () {
      const simulator = yield* TwilioSimulator.scoped({
        accountSid,
        authTokens,
        advancedOptOut: true,
        smsUrl: urlOf("twilio", "sms"),
        statusUrl: urlOf("twilio", "status"),
        voiceUrl: urlOf("twilio", "call"),
        voiceFallbackUrl: urlOf("twilio", "fallback"),
        callStatusUrl: urlOf("twilio", "call-status")
      })
      const telephony = yield* TwilioTelephony.make({
        accountSid,
        authTokens: [Redacted.make(authTokens[0]), Redacted.make(authTokens[1])],
        messagingServiceSid: null,
        trunkSid,
        baseUrl: simulator.url,
        publicUrl,
        timeoutMillis: patienceMillis
      })
      const basic = Buffer.from(`${accountSid}:${authTokens[0]}`).toString("base64")
      return { simulator, telephony, line, secrets: [...authTokens, basic] }
    })
  )
)
