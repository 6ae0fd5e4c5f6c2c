/** Legs of calls as Vonage lists them, each one by itself. Source: developer.vonage.com/api/voice, "Get details of your calls". */
import { TelephonyError } from "@careline/ports"
import { Effect, Option, Schema } from "effect"
import * as Request from "../client/Request.ts"

/** Legs of one page. */
export const LISTED_AT_ONCE = 100

const Leg = Schema.StructWithRest(Schema.Struct({ conversation_uuid: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])
export type Leg = typeof Leg.Type

const Page = Schema.Struct({
  count: Schema.optionalKey(Schema.Number),
  _embedded: Schema.Struct({ calls: Schema.Array(Leg) })
})
const decode = Schema.decodeUnknownOption(Page)

/** What is asked for, in the SDK's words. Times are ISO 8601. */
export interface Query {
  readonly order: "asc" | "desc"
  readonly pageSize: number
  readonly recordIndex: number
  readonly conversationUuid?: string
  readonly dateStart?: string
  readonly dateEnd?: string
}

/** One page, and how many legs there are in all. */
export const page =
  (access: Request.Access, fail: Request.Fail) =>
  (
    operation: string,
    query: Query
  ): Effect.Effect<{ readonly legs: ReadonlyArray<Leg>; readonly count: number }, TelephonyError.TelephonyError> =>
    Effect.flatMap(
      Request.ask(access, fail)(operation, (sdk) => sdk.voice.getCallsPage({ ...query })),
      (answer) =>
        Option.match(decode(answer), {
          onNone: () =>
            Effect.fail(
              fail(operation, new TelephonyError.Unavailable({ message: "the answer is no list of calls", code: null }))
            ),
          onSome: ({ _embedded: { calls }, count = calls.length }) => Effect.succeed({ legs: calls, count })
        })
    )
