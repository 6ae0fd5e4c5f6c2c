/** What Telnyx says of the messaging profile and its numbers, over the official SDK. */
import { Diagnosis, ProviderFailure } from "@careline/ports"
import { Effect } from "effect"
import * as ProfileFindings from "./ProfileFindings.ts"
import * as SelfTest from "./SelfTest.ts"
import * as SendFailure from "./SendFailure.ts"
import * as TelnyxClient from "./TelnyxClient.ts"
import { PROVIDER, type TelnyxOptions } from "./TelnyxOptions.ts"

/** How many numbers are looked at, and how many of them at once. */
export const LISTED_NUMBERS = 1_000
export const LISTED_AT_ONCE = 100

/** The SDK is loaded by the first question, not here. */
export const make = Effect.fnUntraced(function* (options: TelnyxOptions): Effect.fn.Return<Diagnosis.Diagnosis> {
  const { messagingProfileId: id, publicUrl, timeoutMillis } = options
  const client = yield* TelnyxClient.make(options)
  const call = <A>(
    use: (client: TelnyxClient.Client, signal: AbortSignal) => Promise<A>
  ): Effect.Effect<A, ProviderFailure.Failure> =>
    Effect.flatMap(client, (sdk) =>
      Effect.tryPromise({ try: () => use(sdk, AbortSignal.timeout(timeoutMillis)), catch: SendFailure.inspect })
    )
  const question = { provider: "Telnyx", credentials: "TELNYX_API_KEY" }

  const profile = Diagnosis.ask(
    {
      ...question,
      check: "credentials",
      asked: "the messaging profile",
      notFound: `The account has no messaging profile ${id}: check TELNYX_MESSAGING_PROFILE_ID`
    },
    // The SDK gives whatever JSON came, or null for none.
    call((sdk, signal) => sdk.messagingProfiles.retrieve(id, { signal })).pipe(
      Effect.map((answer) => (answer as typeof answer | null)?.data),
      Effect.filterOrFail(
        (data) => data?.id !== undefined,
        () => ProviderFailure.unreadable
      )
    ),
    (found) => ProfileFindings.ofProfile(id, publicUrl, found ?? {})
  )
  const numbers = Diagnosis.ask(
    { ...question, check: "numbers", asked: "the profile's numbers" },
    call(async (sdk, signal) => {
      const found: Array<ProfileFindings.ProfileNumber> = []
      const listing = sdk.messagingProfiles.listPhoneNumbers(id, { "page[size]": LISTED_AT_ONCE }, { signal })
      for await (const number of listing) {
        if (found.push(number as ProfileFindings.ProfileNumber) === LISTED_NUMBERS) break
      }
      return found
    }),
    (found) => ProfileFindings.ofNumbers(id, found)
  )

  return {
    provider: PROVIDER,
    findings: Effect.gen(function* () {
      const first = yield* profile
      return first.some(({ check, level }) => check === "credentials" && level === "error")
        ? first
        : [...first, ...(yield* numbers)]
    }),
    selfTest: Effect.sync(() => SelfTest.make(options))
  }
})
