/** Diagnoses the application and its numbers at Vonage. */
import { Diagnosis, ProviderFailure } from "@careline/adapter-kit"
import { Clock, Effect, type Option, Redacted } from "effect"
import * as ApplicationFindings from "./ApplicationFindings.ts"
import * as Request from "../client/Request.ts"
import * as SelfTest from "./SelfTest.ts"
import * as VonageClient from "../client/VonageClient.ts"
import { PROVIDER, type VonageSettings } from "../client/VonageOptions.ts"

/** How many numbers a page has, and how many pages are looked at. */
const LISTED_AT_ONCE = 100
const MAX_PAGES = 10
/** Vonage answers one request for numbers in a second. */
const BETWEEN_PAGES_MILLIS = 1_100

/** The SDK is loaded by the first question, not here. */
export const make = Effect.fnUntraced(function* (options: VonageSettings): Effect.fn.Return<Diagnosis.Diagnosis> {
  const { applicationId: id, timeoutMillis } = options
  const client = yield* VonageClient.make(options)
  const call = <A>(
    use: (client: VonageClient.Client) => Promise<unknown>,
    decode: (answer: unknown) => Option.Option<A>
  ): Effect.Effect<A, ProviderFailure.Failure> =>
    Effect.flatMap(Request.call({ client, timeoutMillis }, use), (answer) =>
      Effect.mapError(Effect.fromOption(decode(answer)), () => ProviderFailure.unreadable)
    )
  const question = { provider: "Vonage", credentials: "VONAGE_API_KEY and VONAGE_API_SECRET" }

  const application = Diagnosis.ask(
    {
      ...question,
      check: "credentials",
      asked: "the application",
      notFound: `The account ${options.apiKey} has no application ${id}: check VONAGE_APPLICATION_ID and VONAGE_API_KEY`
    },
    call((sdk) => sdk.applications.getApplication(id), ApplicationFindings.decode),
    (found) => ApplicationFindings.ofApplication(options, Redacted.value(options.privateKey), found)
  )
  const listed = Effect.gen(function* () {
    const found: Array<ApplicationFindings.OwnedNumber> = []
    for (let index = 1; index <= MAX_PAGES; index++) {
      if (index > 1) yield* Effect.sleep(BETWEEN_PAGES_MILLIS)
      const { count = 0, numbers = [] } = yield* call(
        (sdk) => sdk.numbers.getOwnedNumbers({ applicationId: id, size: LISTED_AT_ONCE, index }),
        ApplicationFindings.decodeNumbers
      )
      found.push(...numbers)
      if (numbers.length === 0 || found.length >= count) break
    }
    return found
  })
  const numbers = Diagnosis.ask(
    { ...question, check: "numbers", asked: "the application's numbers" },
    listed,
    (found) => ApplicationFindings.ofNumbers(id, found)
  )

  return {
    provider: PROVIDER,
    findings: Effect.gen(function* () {
      const first = yield* application
      // The same credentials would be refused again.
      return first.length === 1 ? first : [...first, ...(yield* numbers)]
    }),
    selfTest: Effect.map(Clock.currentTimeMillis, (nowMillis) => SelfTest.make(options, nowMillis))
  }
})
