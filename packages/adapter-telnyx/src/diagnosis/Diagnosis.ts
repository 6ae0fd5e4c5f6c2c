/** Diagnoses the messaging profile, the TeXML application and their numbers at Telnyx. */
import { Diagnosis, ProviderFailure } from "@careline/adapter-kit"
import { Effect } from "effect"
import * as ApplicationFindings from "./ApplicationFindings.ts"
import * as ProfileFindings from "./ProfileFindings.ts"
import * as SelfTest from "./SelfTest.ts"
import * as SendFailure from "../client/SendFailure.ts"
import * as TelnyxClient from "../client/TelnyxClient.ts"
import { PROVIDER, type TelnyxSettings } from "../client/TelnyxOptions.ts"

/** How many numbers are looked at, and how many of them at once. */
const LISTED_NUMBERS = 1_000
const LISTED_AT_ONCE = 100

/** Up to `LISTED_NUMBERS` of what is listed, page after page. */
const newest = async <A>(listing: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: Array<A> = []
  for await (const one of listing) {
    if (found.push(one) === LISTED_NUMBERS) break
  }
  return found
}

/** The SDK is loaded by the first question, not here. */
export const make = Effect.fnUntraced(function* (options: TelnyxSettings): Effect.fn.Return<Diagnosis.Diagnosis> {
  const { accountSid = null, connectionId, messagingProfileId: id, publicUrl, timeoutMillis } = options
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
    call((sdk, signal) =>
      newest(sdk.messagingProfiles.listPhoneNumbers(id, { "page[size]": LISTED_AT_ONCE }, { signal }))
    ),
    (found) => ProfileFindings.ofNumbers(id, found as ReadonlyArray<ProfileFindings.ProfileNumber>)
  )

  const application = (connection: string) =>
    Diagnosis.ask(
      {
        ...question,
        check: "webhooks",
        asked: "the TeXML application",
        notFound: `The account has no TeXML application ${connection}: check TELNYX_CONNECTION_ID`
      },
      call((sdk, signal) => sdk.texmlApplications.retrieve(connection, { signal })).pipe(
        Effect.map((answer) => (answer as typeof answer | null)?.data),
        Effect.filterOrFail(
          (data) => data?.id !== undefined,
          () => ProviderFailure.unreadable
        )
      ),
      (found) => ApplicationFindings.ofApplication(connection, publicUrl, found ?? {})
    )
  const lines = (connection: string) =>
    Diagnosis.ask(
      { ...question, check: "numbers", asked: "the account's numbers" },
      call((sdk, signal) => newest(sdk.phoneNumbers.list({ "page[size]": LISTED_AT_ONCE }, { signal }))),
      (found) => ApplicationFindings.ofLines(connection, id, found)
    )
  const account =
    accountSid === null
      ? Effect.succeed([ApplicationFindings.noAccount])
      : Diagnosis.ask(
          {
            ...question,
            check: "webhooks",
            asked: "the account's calls",
            notFound: `There is no account ${accountSid}: check TELNYX_ACCOUNT_SID`
          },
          call((sdk, signal) => sdk.texml.accounts.calls.retrieveCalls(accountSid, { PageSize: 1 }, { signal })),
          () => [ApplicationFindings.account(accountSid)]
        )
  const voice = Effect.gen(function* () {
    if (connectionId === null) return []
    return [...(yield* application(connectionId)), ...(yield* lines(connectionId)), ...(yield* account)]
  })

  return {
    provider: PROVIDER,
    findings: Effect.gen(function* () {
      const first = yield* profile
      return first.some(({ check, level }) => check === "credentials" && level === "error")
        ? first
        : [...first, ...(yield* numbers), ...(yield* voice)]
    }),
    selfTest: Effect.sync(() => SelfTest.make(options))
  }
})
