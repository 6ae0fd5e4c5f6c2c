/** Bandwidth's adapter keeps the promises of the port. */
import type { PhoneNumber } from "@careline/domain"
import { TelephonyContract } from "@careline/testkit/contract"
import { Effect, Redacted } from "effect"
import * as BandwidthTelephony from "../src/BandwidthTelephony.ts"
import * as BandwidthSimulator from "./simulator/BandwidthSimulator.ts"

const line = "+13034997111" as PhoneNumber.E164
const account = { accountId: "9900000", applicationId: "93de2206-9669-4e07-948d-329f4b722ee2" }
const password = "correct-horse-battery-staple"
const callbackCredentials = ["careline:first-of-two-secrets", "careline:second-of-two-secrets"] as const

TelephonyContract.suite(
  { name: "Bandwidth", capabilities: BandwidthTelephony.capabilities },
  TelephonyContract.layer(({ patienceMillis, urlOf }) =>
    Effect.gen(function* () {
      const simulator = yield* BandwidthSimulator.scoped({
        ...account,
        apiCredentials: `api:${password}`,
        callbackCredentials,
        lines: [line],
        inboundUrl: urlOf("bandwidth", "sms"),
        statusUrl: urlOf("bandwidth", "status")
      })
      const telephony = yield* BandwidthTelephony.make({
        ...account,
        username: "api",
        password: Redacted.make(password),
        callbackCredentials: [Redacted.make(callbackCredentials[0]), Redacted.make(callbackCredentials[1])],
        baseUrl: simulator.url,
        timeoutMillis: patienceMillis
      })
      return { simulator, telephony, line, secrets: [password, ...callbackCredentials] }
    })
  )
)
