/** The contract, on the real SDK against Telnyx's simulator. */
import type { PhoneNumber } from "@careline/domain"
import { TelephonyContract } from "@careline/testkit/contract"
import { newTelnyxKey, TelnyxSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { TelnyxTelephony } from "../src/index.ts"

const apiKey = "KEY0190canary7f3a"
const signingKeys = [newTelnyxKey(), newTelnyxKey()] as const
const voice = { connectionId: "2811212257810187875", accountSid: "cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b" }
const trunk = { trunkConnectionId: "2811212257810187999" }
const account = { messagingProfileId: "740572b6-099c-44a1-89b9-6c92163bc68d", ...voice, ...trunk }
const line = "+12025550100" as PhoneNumber.E164

TelephonyContract.suite(
  { name: "Telnyx", capabilities: TelnyxTelephony.capabilities({ ...voice, ...trunk }) },
  TelephonyContract.layer(({ patienceMillis, publicUrl, urlOf: url }) =>
    Effect.gen(function* () {
      const simulator = yield* TelnyxSimulator.scoped({
        apiKey,
        signingKeys,
        organizationId: "47a530f8-4362-4526-829b-bcee17fd9f7a",
        inboundUrl: url("telnyx", "sms"),
        voiceUrl: url("telnyx", "call"),
        voiceFallbackUrl: url("telnyx", "fallback"),
        callStatusUrl: url("telnyx", "call-status"),
        ...account
      })
      const telephony = yield* TelnyxTelephony.make({
        apiKey: Redacted.make(apiKey),
        publicKeys: [signingKeys[0].publicKey, signingKeys[1].publicKey],
        ...account,
        baseUrl: simulator.url,
        publicUrl,
        timeoutMillis: patienceMillis
      })
      return { simulator, telephony, line, secrets: [apiKey] }
    })
  )
)
