/** An adapter of plain async functions passes the contract as the one behind it does: the way through promises loses nothing. */
import { TwilioTelephony } from "@careline/adapter-twilio"
import type { PhoneNumber } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { TelephonyContract } from "@careline/testkit/contract"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { Effect, Redacted } from "effect"
import { fromPlain, fromPlainTelephony, type PlainTelephony, toPlain } from "../../src/index.ts"

const accountSid = `AC${"0b".repeat(16)}`
const authToken = "canary-auth-token-4c1d"

/** An operation as an async function, which throws what the effect fails with. */
const promised =
  <Args extends ReadonlyArray<unknown>, A, E>(operation: (...args: Args) => Effect.Effect<A, E>) =>
  async (...args: ReadonlyArray<unknown>) =>
    toPlain(await Effect.runPromise(operation(...(args.map((one) => fromPlain(one)) as unknown as Args))))

/** Every operation of a facet as an async function. */
const all = <Facet extends object>(facet: Facet) =>
  Object.fromEntries(Object.entries(facet).map(([name, operation]) => [name, promised(operation)])) as never

const plain = ({ capabilities, provider, webhooks, ...facets }: Telephony.TelephonyService): PlainTelephony => ({
  provider,
  capabilities,
  webhooks: { receive: promised(webhooks.receive), reply: webhooks.reply },
  messages: all(facets.messages),
  calls: all(facets.calls),
  recordings: all(facets.recordings),
  media: all(facets.media),
  history: all(facets.history),
  numbers: all(facets.numbers)
})

TelephonyContract.suite(
  { name: "Twilio, through plain async functions", capabilities: TwilioTelephony.capabilities() },
  TelephonyContract.layer(({ patienceMillis, publicUrl, urlOf }) =>
    Effect.gen(function* () {
      const simulator = yield* TwilioSimulator.scoped({
        accountSid,
        authTokens: [authToken, `${authToken}-next`],
        advancedOptOut: true,
        smsUrl: urlOf("twilio", "sms"),
        statusUrl: urlOf("twilio", "status"),
        voiceUrl: urlOf("twilio", "call"),
        voiceFallbackUrl: urlOf("twilio", "fallback"),
        callStatusUrl: urlOf("twilio", "call-status")
      })
      const telephony = yield* TwilioTelephony.make({
        accountSid,
        authTokens: [Redacted.make(authToken), Redacted.make(`${authToken}-next`)],
        apiKey: null,
        messagingServiceSid: null,
        baseUrl: simulator.url,
        publicUrl,
        timeoutMillis: patienceMillis
      })
      const line = "+12025550100" as PhoneNumber.E164
      return { simulator, telephony: fromPlainTelephony(plain(telephony)), line, secrets: [authToken] }
    })
  )
)
