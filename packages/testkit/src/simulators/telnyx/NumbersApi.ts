/**
 * Telnyx's numbers: those for sale, orders, and those of the account. Sources: developers.telnyx.com/api-reference/
 * phone-number-search, /phone-number-orders and /phone-number-configurations.
 */
import { Option, Schema } from "effect"
import { createHash, randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import { type Fields, NumberMarket, type NumberOrder, type OwnedLine, type Refusal } from "../core/NumberMarket.ts"
import type { ForSale } from "../core/NumberStock.ts"
import * as Paging from "./Paging.ts"
import * as Wire from "./Wire.ts"

export interface NumbersOptions {
  readonly messagingProfileId: string
  readonly numbers?: ReadonlyArray<string> | undefined
  /** By number, of the number itself. */
  readonly lineFields?: Readonly<Record<string, Fields>> | undefined
}

/** Where texts and calls are delivered to numbers that are connected to us. */
export interface Destinations {
  readonly texts: () => string
  readonly calls: string
  readonly connectionId: string
}

export const SINCE = "1970-01-01T00:00:00.000Z"

/** Ids of numbers are numerals, and longer than a number can be exact in JSON. */
export const idOf = (number: string): string =>
  BigInt(`0x${createHash("md5").update(number).digest("hex").slice(0, 15)}`).toString()

const UNCONNECTED: Fields = { connection_id: null, messaging_profile_id: null }
const OTHER_PROFILE = "00000000-0000-4000-8000-00000000e15e"
const OTHER_CONNECTION = "1000000000000000000"

const OrderRequest = Schema.Struct({
  phone_numbers: Schema.Array(Schema.Struct({ phone_number: Schema.String })),
  connection_id: Schema.optionalKey(Schema.NullOr(Schema.String)),
  messaging_profile_id: Schema.optionalKey(Schema.NullOr(Schema.String)),
  customer_reference: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const decodeOrder = Schema.decodeUnknownOption(Schema.fromJsonString(OrderRequest))
const decodeFields = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

const refusals: Readonly<Record<Refusal, Wire.ApiError>> = {
  not_available: Wire.numberErrors.notAvailable,
  requirements: Wire.numberErrors.requirements,
  account: Wire.numberErrors.funds
}

const offerOf = ({ country, features, locality, monthlyPrice, number, region }: ForSale) => ({
  record_type: "available_phone_number",
  phone_number: number,
  vanity_format: "",
  best_effort: false,
  quickship: true,
  reservable: true,
  region_information: [
    { region_type: "country_code", region_name: country },
    { region_type: "rate_center", region_name: locality.toUpperCase() },
    { region_type: "state", region_name: region },
    { region_type: "location", region_name: locality }
  ],
  cost_information: { upfront_cost: "1.00", monthly_cost: monthlyPrice, currency: "USD" },
  features: features.map((name) => ({ name }))
})

export class NumbersApi {
  readonly market: NumberMarket

  constructor(options: NumbersOptions, { calls, connectionId, texts }: Destinations) {
    const { lineFields = {}, messagingProfileId, numbers = [] } = options
    const connected = { connection_id: connectionId, messaging_profile_id: messagingProfileId }
    this.market = new NumberMarket(
      {
        newId: idOf,
        newOrderId: randomUUID,
        faults: {
          messaging_attachment: { messaging_profile_id: OTHER_PROFILE },
          voice_attachment: { connection_id: OTHER_CONNECTION }
        },
        textsTo: ({ fields }) => (fields["messaging_profile_id"] === messagingProfileId ? texts() : ""),
        callsTo: ({ fields }) => (fields["connection_id"] === connectionId ? calls : "")
      },
      numbers,
      Object.fromEntries(numbers.map((number) => [number, { ...connected, ...lineFields[number] }]))
    )
  }

  /** Whether this is an order, which is refused and lost in its own ways. */
  orders(method: string, path: string): boolean {
    return method === "POST" && path === "/number_orders"
  }

  order(body: string): Outcome {
    const request = Option.getOrNull(decodeOrder(body))
    const number = request?.phone_numbers[0]?.phone_number
    if (request === null || number === undefined) return Wire.refuse(Wire.errors.badRequest)
    const refusal = this.market.refusalOf(number)
    if (refusal !== null) return Wire.refuse(refusals[refusal])
    const { connection_id, customer_reference: reference = null, messaging_profile_id } = request
    const order = this.market.order(number, reference, {
      ...UNCONNECTED,
      ...(connection_id === undefined ? {} : { connection_id }),
      ...(messaging_profile_id === undefined ? {} : { messaging_profile_id })
    })
    // Telnyx answers before it carried anything out.
    return { answer: (response) => json(response, 200, { data: this.orderResource(order, "pending") }) }
  }

  /** Whether the request was for this, and is answered. `path` is without the version. */
  handle(method: string, response: ServerResponse, path: string, query: URLSearchParams, body: string): boolean {
    if (path === "/available_phone_numbers" && method === "GET") {
      this.search(response, query)
      return true
    }
    if (path === "/number_orders" && method === "GET") {
      const reference = query.get("filter[customer_reference]")
      const matching = this.market.orders.filter((order) => reference === null || order.reference === reference)
      this.page(
        response,
        query,
        matching.map((order) => this.orderResource(order, order.state))
      )
      return true
    }
    if (path === "/phone_numbers" && method === "GET") {
      // The filter also finds parts of numbers.
      const wanted = query.get("filter[phone_number]")
      const matching = this.market.lines.filter(({ number }) => number.includes(wanted ?? ""))
      this.page(
        response,
        query,
        matching.map((line) => this.resource(line))
      )
      return true
    }
    const [, id, of] = /^\/phone_numbers\/(\d+)(\/messaging)?$/.exec(path) ?? []
    if (id === undefined) return false
    this.one(
      method,
      response,
      id,
      of === undefined ? ["connection_id", "customer_reference"] : ["messaging_profile_id"],
      body
    )
    return true
  }

  /** Repeated parameters count; what stands behind a comma does not. */
  private search(response: ServerResponse, query: URLSearchParams): void {
    if (query.get("filter[country_code]") === null) return Wire.fail(response, Wire.errors.badRequest)
    const code = query.get("filter[national_destination_code]")
    const found =
      query.get("filter[country_code]") === "US"
        ? this.market.search({
            startsWith: code === null ? null : `+1${code}`,
            contains: query.get("filter[phone_number][contains]"),
            locality: query.get("filter[locality]"),
            features: query.getAll("filter[features][]")
          })
        : []
    const size = naturalOf(query.get("filter[limit]"), 100)
    const offers = found.slice(0, this.market.pageOf(size)).map(offerOf)
    const metadata = { total_results: offers.length, best_effort_results: 0 }
    json(response, 200, { data: offers, meta: metadata, metadata })
  }

  private page(response: ServerResponse, query: URLSearchParams, matching: ReadonlyArray<unknown>): void {
    Paging.answer(response, query, matching, this.market.pageOf(Paging.MAX_PAGE))
  }

  private one(
    method: string,
    response: ServerResponse,
    id: string,
    changed: ReadonlyArray<string>,
    body: string
  ): void {
    const line = this.market.findById(id)
    if (line === undefined) return Wire.fail(response, Wire.errors.notFound)
    if (method === "DELETE") {
      const isLocked = line.fields["deletion_lock_enabled"] === true || this.market.isLocked(line.number)
      if (isLocked) return Wire.fail(response, Wire.numberErrors.locked)
      this.market.giveBack(line.number)
      return json(response, 200, { data: { ...this.resource(line), status: "deleted" } })
    }
    if (method === "PATCH") {
      const given = Option.getOrElse(decodeFields(body), () => ({}))
      const known = Object.entries(given).filter(([name]) => changed.includes(name))
      this.market.change(line.number, Object.fromEntries(known))
    }
    json(response, 200, { data: this.resource(this.market.findById(id) ?? line) })
  }

  private orderResource({ fields, id, number, reference }: NumberOrder, status: string) {
    return {
      id,
      record_type: "number_order",
      status,
      phone_numbers_count: 1,
      phone_numbers: [
        {
          id: randomUUID(),
          record_type: "number_order_phone_number",
          phone_number: number,
          status,
          requirements_met: true,
          regulatory_requirements: [],
          country_code: "US",
          country_iso_alpha2: "US",
          phone_number_type: "local",
          bundle_id: null
        }
      ],
      ...fields,
      billing_group_id: null,
      customer_reference: reference,
      requirements_met: true,
      sub_number_orders_ids: [randomUUID()],
      created_at: SINCE,
      updated_at: SINCE
    }
  }

  private resource({ fields, id, number, reference }: OwnedLine) {
    return {
      record_type: "phone_number",
      id,
      phone_number: number,
      status: "active",
      connection_name: "Simulated",
      phone_number_type: "local",
      customer_reference: reference,
      deletion_lock_enabled: false,
      tags: [],
      created_at: SINCE,
      ...fields
    }
  }
}
