/** Diagnoses the account, its numbers and their webhooks at Twilio. */
import { Diagnosis } from "@careline/adapter-kit"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import { readService } from "../numbers/MessagingService.ts"
import * as NumberFindings from "../numbers/NumberFindings.ts"
import * as NumberSetup from "../numbers/NumberSetup.ts"
import * as SelfTest from "./SelfTest.ts"
import * as TwilioClient from "../client/TwilioClient.ts"
import { PROVIDER, type TwilioSettings } from "../client/TwilioOptions.ts"

/** How many numbers are looked at. */
const LISTED_NUMBERS = 1_000

const name = "Twilio"

/** The SDK is loaded by the first question, not here. */
export const make = Effect.fnUntraced(function* (options: TwilioSettings): Effect.fn.Return<Diagnosis.Diagnosis> {
  const { accountSid, apiKey, messagingServiceSid, publicUrl } = options
  const client = yield* TwilioClient.make(options)
  // Whatever calls the API, webhooks are signed with the auth token: it is the one to try on the account.
  const tokenClient = apiKey === null ? client : yield* TwilioClient.make({ ...options, apiKey: null })
  const keyed = apiKey === null ? "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN" : "TWILIO_API_KEY_SID and its secret"

  const account = Diagnosis.ask(
    {
      check: "credentials",
      provider: name,
      asked: "the account",
      credentials: "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, which webhooks are verified with as well"
    },
    Request.call(tokenClient, (sdk) => sdk.api.v2010.accounts(accountSid).fetch()),
    ({ status }) => [
      status === "active"
        ? Diagnosis.ok("credentials", `The auth token is accepted, and the account ${accountSid} is active`)
        : Diagnosis.error(
            "credentials",
            `The account ${accountSid} is ${Diagnosis.word(status)}: see its notices in Twilio's console`
          )
    ]
  )

  const service =
    messagingServiceSid === null
      ? Effect.succeed(null)
      : Request.call(client, (sdk) => readService(sdk, messagingServiceSid))
  const wanted = NumberSetup.wantedAt(publicUrl)
  const listed = Request.call(client, (sdk) =>
    sdk.incomingPhoneNumbers.list({ limit: LISTED_NUMBERS, pageSize: LISTED_NUMBERS })
  )
  const numbers = Effect.matchEffect(service, {
    onFailure: (failure) =>
      Effect.succeed([
        Diagnosis.unanswered(
          {
            check: "numbers",
            provider: name,
            asked: "the Messaging Service",
            credentials: keyed,
            notFound: `The account has no Messaging Service ${messagingServiceSid}: check TWILIO_MESSAGING_SERVICE_SID`
          },
          failure
        )
      ]),
    onSuccess: (found) =>
      Diagnosis.ask({ check: "numbers", provider: name, asked: "its numbers", credentials: keyed }, listed, (all) =>
        NumberFindings.find(all, found, wanted)
      )
  })

  return {
    provider: PROVIDER,
    findings: Effect.gen(function* () {
      const credentials = yield* account
      // With an auth token that is refused there is nothing more to learn from asking with it again.
      const isRefused = apiKey === null && credentials.some(({ level }) => level === "error")
      return isRefused ? credentials : [...credentials, ...(yield* numbers)]
    }),
    selfTest: Effect.sync(() => SelfTest.make(options))
  }
})
