/** Searches, buys, configures and releases numbers at Vonage. */
import { PhoneNumber } from "@careline/domain"
import { OfferedNumbers, ProviderFailure } from "@careline/adapter-kit"
import { Numbers, TelephonyError } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import * as Request from "../client/Request.ts"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import * as NumberOffers from "./NumberOffers.ts"
import * as NumberOrders from "./NumberOrders.ts"
import * as OwnNumbers from "./OwnNumbers.ts"
import type { Client } from "../client/VonageClient.ts"
import type { VonageSettings } from "../client/VonageOptions.ts"

export const capabilities: Numbers.NumbersCapabilities = {
  search: ["area_code", "contains", "features"],
  orders: "synchronous",
  find: "by_number",
  findAfterMillis: NumberOrders.FIND_AFTER_MILLIS,
  refusals: ["not_available", "requirements"],
  prices: true,
  trunk: false
}

/** In the place of the application: deprecated, and the one way to take a number's own destination away. */
const BY_APPLICATION = "app"

export const make = (
  { applicationId }: Pick<VonageSettings, "applicationId">,
  access: Request.Access,
  fail: Request.Fail
): Numbers.Numbers => {
  const own = OwnNumbers.make(access, fail)

  /** A change that Vonage answers with a code, whatever the status. */
  const change = (use: (client: Client) => Promise<unknown>): Effect.Effect<void, ProviderFailure.Failure> =>
    Effect.flatMap(Request.call(access, use), (answer) => {
      const failure = NumberOrders.failureOf(answer)
      return failure === null ? Effect.void : Effect.fail(failure)
    })
  const changed = (operation: string, use: (client: Client) => Promise<unknown>) =>
    Effect.mapError(change(use), (failure) => fail(operation, ProviderFailure.toReason(failure)))

  const noTrunk = (operation: string) =>
    fail(
      operation,
      new TelephonyError.Unsupported({ message: "Vonage has no trunks for numbers", capability: "numbers.trunk" })
    )

  /** One try. */
  const buy = Effect.fn("Vonage.numbers.buy")(
    function* ({ number }): Effect.fn.Return<Numbers.PurchaseOutcome, ProviderFailure.Failure> {
      const msisdn = Digits.ofE164(number)
      const country = PhoneNumber.country(number)
      if (country === undefined) return { _tag: "Rejected", reason: "other", code: null }
      yield* change((sdk) => sdk.numbers.buyNumber({ country, msisdn }))
      return { _tag: "Bought", providerSid: msisdn }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toPurchaseOutcome(failure, NumberOrders.toRefusal)))
  )

  return {
    search: Effect.fn("Vonage.numbers.search")(function* (query) {
      const operation = "numbers.search"
      const unknown = OfferedNumbers.criteriaOf(query).find((criterion) => !capabilities.search.includes(criterion))
      if (unknown !== undefined) {
        const capability = `${operation}.${unknown}`
        return yield* fail(operation, new TelephonyError.Unsupported({ message: "Vonage names no town", capability }))
      }
      const answer = yield* Request.ask(access, fail)(operation, (sdk) =>
        sdk.numbers.getAvailableNumbers(NumberOffers.searchOf(query))
      )
      const offers = NumberOffers.decode(answer)
      if (Option.isSome(offers)) return NumberOffers.wanted(query, offers.value)
      const message = "the answer is no list of numbers"
      return yield* fail(operation, new TelephonyError.Unavailable({ message, code: null }))
    }),

    buy: (order) => (order.purpose === "voice" ? noTrunk("numbers.buy") : buy(order)),

    find: Effect.fn("Vonage.numbers.find")(function* (order): Effect.fn.Return<
      Numbers.FoundOrder,
      TelephonyError.TelephonyError
    > {
      const { number } = order
      const askedAt = yield* DateTime.now
      const found = yield* own.one("numbers.find", number)
      if (found !== null) return { _tag: "Owned", providerSid: Digits.ofE164(number) }
      return Numbers.notShown(order, askedAt, NumberOrders.FIND_AFTER_MILLIS)
    }),

    configure: Effect.fn("Vonage.numbers.configure")(function* (number, purpose = "both") {
      const operation = "numbers.configure"
      if (purpose === "voice") return yield* noTrunk(operation)
      const line = yield* own.one(operation, number)
      if (line === null) {
        return yield* fail(operation, new TelephonyError.NotFound({ message: "not a number of ours", code: null }))
      }
      const toApplication = OwnNumbers.leadsCallsElsewhere(line)
        ? { voiceCallbackType: BY_APPLICATION, voiceCallbackValue: applicationId }
        : {}
      yield* changed(operation, (sdk) =>
        // The SDK takes the application out of what it is given, so it is given a thing of its own.
        sdk.numbers.updateNumber({
          country: Field.textOf(line.country),
          msisdn: Digits.ofE164(number),
          appId: applicationId,
          ...toApplication
        })
      )
    }),

    release: Effect.fn("Vonage.numbers.release")(function* (number) {
      const operation = "numbers.release"
      const line = yield* own.one(operation, number)
      if (line === null) return
      yield* changed(operation, (sdk) =>
        sdk.numbers.cancelNumber({ country: Field.textOf(line.country), msisdn: Digits.ofE164(number) })
      )
    }),

    owns: Effect.fn("Vonage.numbers.owns")(function* (number) {
      return (yield* own.one("numbers.owns", number)) !== null
    }),

    list: Effect.fn("Vonage.numbers.list")(function* () {
      const lines = yield* own.all("numbers.list")
      return lines.flatMap((line) => OwnNumbers.toOwned(line, applicationId))
    })
  }
}
