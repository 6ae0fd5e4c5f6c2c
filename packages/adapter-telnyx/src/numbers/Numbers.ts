/** Searches, orders, configures and releases numbers at Telnyx. */
import type { PhoneNumber } from "@careline/domain"
import { ProviderFailure } from "@careline/adapter-kit"
import { Numbers, TelephonyError } from "@careline/ports"
import { DateTime, Effect } from "effect"
import * as Request from "../client/Request.ts"
import * as NumberOffers from "./NumberOffers.ts"
import * as NumberOrders from "./NumberOrders.ts"
import type { Client } from "../client/TelnyxClient.ts"
import type { TelnyxOptions, TelnyxSettings } from "../client/TelnyxOptions.ts"

/** Telnyx gives no longer page. */
const LISTED_AT_ONCE = 250
/** Orders of one reference: there is one, or a few where somebody reused ours. */
const ORDERS_OF_A_REFERENCE = 20

export const capabilities = ({
  trunkConnectionId = null
}: Pick<TelnyxOptions, "trunkConnectionId">): Numbers.NumbersCapabilities => ({
  search: ["area_code", "locality", "contains", "features"],
  orders: "asynchronous",
  find: "by_reference",
  findAfterMillis: NumberOrders.FIND_AFTER_MILLIS,
  refusals: ["account"],
  prices: true,
  trunk: trunkConnectionId !== null
})

type OrdersQuery = Parameters<Client["numberOrders"]["list"]>[0]
type LinesQuery = Parameters<Client["phoneNumbers"]["list"]>[0]

export const make = (
  settings: Pick<TelnyxSettings, "connectionId" | "messagingProfileId" | "trunkConnectionId">,
  ask: Request.Requester,
  fail: Request.Fail
): Numbers.Numbers => {
  const { connectionId, messagingProfileId, trunkConnectionId } = settings
  const isOnTrunk = ({ connection_id: connection }: NumberOrders.Line) =>
    trunkConnectionId !== null && connection === trunkConnectionId
  const noTrunk = (operation: string) => {
    const message = "no trunk is configured (trunkConnectionId)"
    return fail(operation, new TelephonyError.Unsupported({ message, capability: "numbers.trunk" }))
  }
  const connectionFor = (purpose: Numbers.NumberOrder["purpose"]) =>
    purpose === "voice" ? trunkConnectionId : connectionId
  /** What a number is connected to when it is ordered: a trunk's has no messaging profile, so no text leaves from it. */
  const connected = (purpose: Numbers.NumberOrder["purpose"]) => {
    const connection = connectionFor(purpose)
    return {
      ...(purpose === "voice" ? {} : { messaging_profile_id: messagingProfileId }),
      ...(connection === null ? {} : { connection_id: connection })
    }
  }

  const notFound = (operation: string) =>
    fail(operation, new TelephonyError.NotFound({ message: "not a number of ours", code: null }))

  const lines = (operation: string, filter: object, limit: number) =>
    Request.pages<NumberOrders.Line>(ask, operation, {
      limit,
      size: LISTED_AT_ONCE,
      beyond: () => false,
      read: (sdk, query, bounds) => sdk.phoneNumbers.list({ ...filter, ...query } as LinesQuery, bounds)
    })

  /** The account's number with these digits, which may be on its way; `null` when it has none. */
  const own = (operation: string, number: PhoneNumber.E164) =>
    Effect.map(
      lines(operation, { filter: { phone_number: number } }, LISTED_AT_ONCE),
      // The filter also finds parts of numbers.
      (found) =>
        found.flatMap((line) => {
          const { id, phone_number: of } = line
          return of === number && NumberOrders.isNumberId(id) && !NumberOrders.isGone(line) ? [{ ...line, id }] : []
        })[0] ?? null
    )

  const find = Effect.fnUntraced(function* (
    operation: string,
    { number, reference }: Numbers.NumberOrder
  ): Effect.fn.Return<Numbers.FoundOrder, TelephonyError.TelephonyError> {
    const orders = yield* Request.pages<NumberOrders.Order>(ask, operation, {
      limit: ORDERS_OF_A_REFERENCE,
      size: ORDERS_OF_A_REFERENCE,
      beyond: ({ customer_reference: of }) => of !== reference,
      read: (sdk, query, bounds) =>
        sdk.numberOrders.list({ filter: { customer_reference: reference }, ...query } as OrdersQuery, bounds)
    })
    const line = yield* own(operation, number)
    if (line !== null) {
      return NumberOrders.isComing(line) ? { _tag: "Pending" } : { _tag: "Owned", providerSid: line.id }
    }
    const told = orders.map((order) => NumberOrders.ofOrder(order, number))
    // What is done and not shown yet is as good as on its way.
    const underway = told.some((one) => one === null || one._tag === "Pending")
    return underway ? { _tag: "Pending" } : (told[0] ?? { _tag: "Absent" })
  })

  /** One try. */
  const buy = Effect.fn("Telnyx.numbers.buy")(
    function* ({ number, purpose, reference }): Effect.fn.Return<Numbers.PurchaseOutcome, ProviderFailure.Failure> {
      const ordered = yield* ask.call((sdk, bounds) =>
        sdk.numberOrders.create(
          {
            phone_numbers: [{ phone_number: number }],
            customer_reference: reference,
            ...connected(purpose)
          },
          bounds
        )
      )
      // The SDK gives whatever JSON came, or null for none. The number has an id only once it is there: `find` tells.
      const order = (ordered as typeof ordered | null)?.data
      if (order?.id === undefined) return { _tag: "Unknown", detail: "the answer names no order" }
      const told = NumberOrders.ofOrder(order, number)
      return told?._tag === "Failed" ? { _tag: "Rejected", reason: told.reason, code: told.code } : { _tag: "Ordered" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toPurchaseOutcome(failure, NumberOrders.toRefusal)))
  )

  return {
    search: Effect.fn("Telnyx.numbers.search")(function* (query) {
      const { filter, ...features } = NumberOffers.searchOf(query)
      const found = yield* ask.ask("numbers.search", (sdk, bounds) =>
        sdk.availablePhoneNumbers.list({ filter }, { ...bounds, query: { filter, ...features } })
      )
      return NumberOffers.wanted(query, (found as typeof found | null)?.data ?? [])
    }),

    buy: (order) => (order.purpose === "voice" && trunkConnectionId === null ? noTrunk("numbers.buy") : buy(order)),

    find: Effect.fn("Telnyx.numbers.find")(function* (order) {
      const askedAt = yield* DateTime.now
      const found = yield* find("numbers.find", order)
      return found._tag === "Absent" ? Numbers.notShown(order, askedAt, NumberOrders.FIND_AFTER_MILLIS) : found
    }),

    configure: Effect.fn("Telnyx.numbers.configure")(function* (number, purpose = "both") {
      const operation = "numbers.configure"
      const connection = connectionFor(purpose)
      if (purpose === "voice" && connection === null) return yield* noTrunk(operation)
      const line = yield* own(operation, number)
      if (line === null) return yield* notFound(operation)
      if (connection !== null) {
        yield* ask.ask(operation, (sdk, bounds) =>
          sdk.phoneNumbers.update(line.id, { connection_id: connection }, bounds)
        )
      }
      if (purpose === "voice") return
      yield* ask.ask(operation, (sdk, bounds) =>
        sdk.phoneNumbers.messaging.update(line.id, { messaging_profile_id: messagingProfileId }, bounds)
      )
    }),

    release: Effect.fn("Telnyx.numbers.release")(function* (number) {
      const line = yield* own("numbers.release", number)
      if (line === null) return
      yield* Request.unlessGone(ask.ask("numbers.release", (sdk, bounds) => sdk.phoneNumbers.delete(line.id, bounds)))
    }),

    owns: Effect.fn("Telnyx.numbers.owns")(function* (number) {
      const line = yield* own("numbers.owns", number)
      return line !== null && !NumberOrders.isComing(line)
    }),

    list: Effect.fn("Telnyx.numbers.list")(function* () {
      const all = yield* lines("numbers.list", {}, Infinity)
      return all.flatMap((line): ReadonlyArray<Numbers.OwnedNumber> => {
        const { connection_id: connection, id, messaging_profile_id: profile, phone_number: number } = line
        if (!NumberOrders.isNumberId(id) || NumberOrders.isGone(line) || NumberOrders.isComing(line)) return []
        const onTrunk = isOnTrunk(line)
        return [
          {
            number: number as PhoneNumber.E164,
            providerSid: id,
            features: null,
            onTrunk,
            misconfigured: onTrunk
              ? []
              : [
                  ...(profile === messagingProfileId ? [] : (["messaging_attachment"] as const)),
                  ...(connectionId === null || connection === connectionId ? [] : (["voice_attachment"] as const))
                ]
          }
        ]
      })
    })
  }
}
