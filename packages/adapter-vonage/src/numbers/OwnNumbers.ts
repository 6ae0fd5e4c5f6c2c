/** The numbers of the account, and whether each is our application's. Source: developer.vonage.com/api/numbers. */
import type { PhoneNumber } from "@careline/domain"
import { type Numbers, TelephonyError } from "@careline/ports"
import { Effect, Option, Predicate, Schedule, Schema } from "effect"
import * as Request from "../client/Request.ts"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import * as NumberOffers from "./NumberOffers.ts"

const Line = Schema.Struct({
  msisdn: Schema.Unknown,
  country: Schema.optionalKey(Schema.Unknown),
  features: Schema.optionalKey(Schema.Unknown),
  app_id: Schema.optionalKey(Schema.Unknown),
  voiceCallbackType: Schema.optionalKey(Schema.Unknown)
})
export type Line = typeof Line.Type

/** An account without numbers answers `{}`. */
const Page = Schema.Struct({
  count: Schema.optionalKey(Schema.Number),
  numbers: Schema.optionalKey(Schema.Array(Line))
})
const decode = Schema.decodeUnknownOption(Page)

/** Vonage gives no longer page, and answers one such request in a second. */
const LISTED_AT_ONCE = 100
const AGAIN_AFTER = "1100 millis"
const MAX_AGAIN = 3

const CONTAINS = 1

export interface Own {
  /** All of them, or those with these digits. */
  readonly all: (
    operation: string,
    digits?: string
  ) => Effect.Effect<ReadonlyArray<Line>, TelephonyError.TelephonyError>
  /** The one with these digits; `null` when the account has none. */
  readonly one: (
    operation: string,
    number: PhoneNumber.E164
  ) => Effect.Effect<Line | null, TelephonyError.TelephonyError>
}

export const make = (access: Request.Access, fail: Request.Fail): Own => {
  const ask = Request.ask(access, fail)
  const unreadable = new TelephonyError.Unavailable({ message: "the answer is no list of numbers", code: null })

  const page = Effect.fnUntraced(function* (operation: string, index: number, digits: string | undefined) {
    const filter = digits === undefined ? {} : { pattern: digits, searchPattern: CONTAINS }
    const answer = yield* ask(operation, (sdk) =>
      sdk.numbers.getOwnedNumbers({ ...filter, size: LISTED_AT_ONCE, index })
    )
    const read = Predicate.hasProperty(answer, "error-code") ? Option.none() : decode(answer)
    return Option.isSome(read) ? read.value : yield* fail(operation, unreadable)
  })

  const all: Own["all"] = Effect.fnUntraced(function* (operation, digits) {
    const found: Array<Line> = []
    for (let index = 1; ; index++) {
      const asked = page(operation, index, digits)
      // Whoever asks for a second page asks too soon.
      const { count = 0, numbers = [] } = yield* index === 1
        ? asked
        : Effect.retry(asked, {
            while: ({ reason }) => reason._tag === "RateLimited",
            schedule: Schedule.spaced(AGAIN_AFTER),
            times: MAX_AGAIN
          })
      found.push(...numbers)
      if (numbers.length === 0 || found.length >= count) return found
    }
  })

  return {
    all,
    one: (operation, number) =>
      Effect.map(
        all(operation, Digits.ofE164(number)),
        (lines) => lines.find(({ msisdn }) => Digits.toE164(msisdn) === number) ?? null
      )
  }
}

/** Kinds of `voiceCallbackType` that stand in the place of the application. */
const elsewhere: ReadonlySet<string> = new Set(["sip", "tel", "vxml"])

/** Whether calls go somewhere that the number itself names. */
export const leadsCallsElsewhere = ({ voiceCallbackType }: Line): boolean =>
  elsewhere.has(Field.textOf(voiceCallbackType).toLowerCase())

/** A number has no id but its digits. */
export const toOwned = (line: Line, applicationId: string): ReadonlyArray<Numbers.OwnedNumber> => {
  const number = Digits.toE164(line.msisdn)
  if (number === null) return []
  const isOurs = Field.textOf(line.app_id).toLowerCase() === applicationId
  return [
    {
      number,
      providerSid: Digits.ofE164(number),
      features: NumberOffers.featuresOf(line.features),
      misconfigured: [
        ...(isOurs ? [] : (["messaging_attachment"] as const)),
        ...(isOurs && !leadsCallsElsewhere(line) ? [] : (["voice_attachment"] as const))
      ]
    }
  ]
}
