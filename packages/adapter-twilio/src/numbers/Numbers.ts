/** Searches, buys, configures and releases numbers at Twilio. */
import type { PhoneNumber } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { Numbers, TelephonyError } from "@careline/ports"
import { DateTime, Effect } from "effect"
import * as Request from "../client/Request.ts"
import { readService } from "./MessagingService.ts"
import type * as NumberFindings from "./NumberFindings.ts"
import * as NumberOffers from "./NumberOffers.ts"
import * as NumberOrders from "./NumberOrders.ts"
import * as NumberSetup from "./NumberSetup.ts"
import type { Client } from "../client/TwilioClient.ts"
import type { TwilioOptions, TwilioSettings } from "../client/TwilioOptions.ts"

/** How many numbers may match a whole one: the filter also takes parts. */
const MATCHES = 20
/** Twilio gives no longer page. */
const LISTED_AT_ONCE = 1_000

export const capabilities = ({ trunkSid = null }: Pick<TwilioOptions, "trunkSid">): Numbers.NumbersCapabilities => ({
  search: ["area_code", "locality", "contains", "features"],
  orders: "synchronous",
  find: "by_number",
  findAfterMillis: NumberOrders.FIND_AFTER_MILLIS,
  refusals: ["not_available", "requirements", "account"],
  prices: false,
  trunk: trunkSid !== null
})

export const make = (
  { messagingServiceSid, publicUrl, trunkSid }: Pick<TwilioSettings, "messagingServiceSid" | "publicUrl" | "trunkSid">,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Numbers.Numbers => {
  const ask = Request.ask(client, fail)
  const wanted = NumberSetup.wantedAt(publicUrl)
  const settings = NumberSetup.settings(wanted)
  const noTrunk = (operation: string) => {
    const message = "no trunk is configured (trunkSid)"
    return fail(operation, new TelephonyError.Unsupported({ message, capability: "numbers.trunk" }))
  }

  /** The account's number with these digits; `null` when it has none. */
  const own = (operation: string, number: PhoneNumber.E164) =>
    Effect.map(
      ask(operation, (sdk) => sdk.incomingPhoneNumbers.list({ phoneNumber: number, limit: MATCHES })),
      // The filter knows wildcards, so what it found is looked at.
      (found) => found.find(({ phoneNumber, sid }) => phoneNumber === number && NumberOrders.isNumberSid(sid)) ?? null
    )

  /** What is attached to the trunk does not come here. */
  const onTrunkOrNot = (number: NumberFindings.IncomingNumber, service: NumberFindings.Service | null) =>
    trunkSid !== null && number.trunkSid === trunkSid
      ? { onTrunk: true, misconfigured: [] }
      : { onTrunk: false, misconfigured: NumberSetup.faultsOf(number, service, wanted) }

  /** One try. */
  const buy = Effect.fn("Twilio.numbers.buy")(
    function* ({ number, purpose, reference }): Effect.fn.Return<Numbers.PurchaseOutcome, ProviderFailure.Failure> {
      const setUp = purpose === "voice" && trunkSid !== null ? { trunkSid } : settings
      const { phoneNumber, sid } = yield* Request.call(client, (sdk) =>
        sdk.incomingPhoneNumbers.create({ phoneNumber: number, friendlyName: reference, ...setUp })
      )
      return NumberOrders.isNumberSid(sid) && phoneNumber === number
        ? { _tag: "Bought", providerSid: sid }
        : { _tag: "Unknown", detail: "the answer names no number" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toPurchaseOutcome(failure, NumberOrders.toRefusal)))
  )

  return {
    search: Effect.fn("Twilio.numbers.search")(function* (query) {
      const offers = yield* ask("numbers.search", (sdk) =>
        sdk.availablePhoneNumbers(query.country).local.list(NumberOffers.searchOf(query))
      )
      return NumberOffers.wanted(query, offers)
    }),

    buy: (order) => (order.purpose === "voice" && trunkSid === null ? noTrunk("numbers.buy") : buy(order)),

    find: Effect.fn("Twilio.numbers.find")(function* (order): Effect.fn.Return<
      Numbers.FoundOrder,
      TelephonyError.TelephonyError
    > {
      const { number } = order
      const askedAt = yield* DateTime.now
      const found = yield* own("numbers.find", number)
      if (found !== null) return { _tag: "Owned", providerSid: found.sid }
      return Numbers.notShown(order, askedAt, NumberOrders.FIND_AFTER_MILLIS)
    }),

    configure: Effect.fn("Twilio.numbers.configure")(function* (number, purpose = "both") {
      const operation = "numbers.configure"
      if (purpose === "voice" && trunkSid === null) return yield* noTrunk(operation)
      const found = yield* own(operation, number)
      if (found === null) {
        return yield* fail(operation, new TelephonyError.NotFound({ message: "not a number of ours", code: null }))
      }
      if (purpose === "voice" && trunkSid !== null) {
        yield* ask(operation, (sdk) =>
          sdk.incomingPhoneNumbers(found.sid).update({ ...NumberSetup.withoutWebhooks, trunkSid })
        )
        return
      }
      yield* ask(operation, (sdk) =>
        sdk.incomingPhoneNumbers(found.sid).update({ ...settings, ...NumberSetup.withoutOthers })
      )
      if (messagingServiceSid === null) return
      yield* ask(operation, (sdk) =>
        sdk.messaging.v1.services(messagingServiceSid).phoneNumbers.create({ phoneNumberSid: found.sid })
      ).pipe(
        Effect.catchIf(
          ({ reason }) => reason._tag === "Refused" && reason.code === NumberOrders.ALREADY_ATTACHED,
          () => Effect.void
        )
      )
    }),

    release: Effect.fn("Twilio.numbers.release")(function* (number) {
      const found = yield* own("numbers.release", number)
      if (found === null) return
      yield* Request.deleted(ask("numbers.release", (sdk) => sdk.incomingPhoneNumbers(found.sid).remove()))
    }),

    owns: Effect.fn("Twilio.numbers.owns")(function* (number) {
      return (yield* own("numbers.owns", number)) !== null
    }),

    list: Effect.fn("Twilio.numbers.list")(function* () {
      const operation = "numbers.list"
      const service =
        messagingServiceSid === null ? null : yield* ask(operation, (sdk) => readService(sdk, messagingServiceSid))
      const all = yield* ask(operation, (sdk) => sdk.incomingPhoneNumbers.list({ pageSize: LISTED_AT_ONCE }))
      return all.map((number): Numbers.OwnedNumber => ({
        number: number.phoneNumber as PhoneNumber.E164,
        providerSid: number.sid,
        features: NumberOffers.featuresOf(number.capabilities),
        ...onTrunkOrNot(number, service)
      }))
    })
  }
}
