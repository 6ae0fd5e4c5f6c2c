/**
 * Vonage's numbers: those for sale, and those of the account. Its own host at Vonage, with its own form of errors. Source:
 * developer.vonage.com/api/numbers.
 */
import { randomUUID } from "node:crypto"
import type { ServerResponse } from "node:http"
import type { Outcome } from "../core/FaultyAnswer.ts"
import { json, naturalOf } from "../core/HttpServer.ts"
import { type Fields, NumberMarket, type OwnedLine, type Refusal } from "../core/NumberMarket.ts"
import type { ForSale } from "../core/NumberStock.ts"
import * as Wire from "./Wire.ts"

export interface NumbersOptions {
  readonly applicationId: string
  readonly numbers?: ReadonlyArray<string> | undefined
  /** By number, in E.164. */
  readonly numberFields?: Readonly<Record<string, Fields>> | undefined
}

/** Where the application delivers texts and calls. */
export interface Destinations {
  readonly texts: () => string
  readonly calls: string
}

const DEFAULT_SIZE = 10
const MAX_SIZE = 100
const OTHER_APPLICATION = "00000000-0000-4000-8000-00000000e15e"

const OWNED = "/account/numbers"
const SEARCH = "/number/search"
const BUY = "/number/buy"
const paths: ReadonlySet<string> = new Set([OWNED, SEARCH, BUY, "/number/cancel", "/number/update"])

/** What can be changed of a number. */
const settings: ReadonlySet<string> = new Set(["app_id", "moHttpUrl", "voiceCallbackType", "voiceCallbackValue"])

const answer = (response: ServerResponse, status: number, code: string, label: string): void =>
  json(response, status, { "error-code": code, "error-code-label": label })

const done = (response: ServerResponse): void => answer(response, 200, "200", "success")

export const refuseNumbers = (response: ServerResponse): void => answer(response, 401, "401", "authentication failed")

/** Vonage says most of what it refuses in the same words, and with a status that no other has. */
const failed = (response: ServerResponse): void => answer(response, 420, "420", "method failed")

const refuse = (response: ServerResponse, refusal: Refusal): void =>
  refusal === "requirements"
    ? answer(response, 420, "420", "Numbers from this country can be requested from the Dashboard")
    : failed(response)

/** `search_pattern`: how the pattern is looked for. */
const matchers: Readonly<Record<string, (digits: string, pattern: string) => boolean>> = {
  0: (digits, pattern) => digits.startsWith(pattern),
  1: (digits, pattern) => digits.includes(pattern),
  2: (digits, pattern) => digits.endsWith(pattern)
}

const isMatch = (query: URLSearchParams, number: string): boolean => {
  const pattern = query.get("pattern")
  const matches = matchers[query.get("search_pattern") ?? "0"]
  return pattern === null || matches?.(Wire.digitsOf(number), pattern) === true
}

const written = (features: ReadonlyArray<string>) => features.map((feature) => feature.toUpperCase())

const offerOf = ({ country, features, monthlyPrice, number }: ForSale) => ({
  country,
  msisdn: Wire.digitsOf(number),
  type: "mobile-lvn",
  cost: monthlyPrice,
  initialPrice: monthlyPrice,
  features: written(features)
})

export class NumbersApi {
  readonly market: NumberMarket

  constructor({ applicationId, numberFields = {}, numbers = [] }: NumbersOptions, { calls, texts }: Destinations) {
    const elsewhere = { app_id: OTHER_APPLICATION }
    const isOurs = ({ fields }: OwnedLine) => fields["app_id"] === applicationId
    this.market = new NumberMarket(
      {
        newId: () => randomUUID(),
        faults: {
          messaging_attachment: elsewhere,
          voice_attachment: { voiceCallbackType: "tel", voiceCallbackValue: "13035550100" }
        },
        textsTo: (line) => (isOurs(line) ? texts() : ""),
        callsTo: (line) => (isOurs(line) && (line.fields["voiceCallbackType"] ?? "app") === "app" ? calls : "")
      },
      numbers,
      Object.fromEntries(numbers.map((number) => [number, { app_id: applicationId, ...numberFields[number] }]))
    )
  }

  static handles(path: string): boolean {
    return paths.has(path)
  }

  static buys(path: string): boolean {
    return path === BUY
  }

  buy(form: URLSearchParams): Outcome {
    const number = `+${form.get("msisdn")}`
    const refusal = form.get("country") === "US" ? this.market.refusalOf(number) : "not_available"
    if (refusal !== null) return { refusal: (response) => refuse(response, refusal) }
    this.market.buy(number, null, {})
    return { answer: done }
  }

  handle(method: string, response: ServerResponse, url: URL, body: string): void {
    const query = url.searchParams
    if (method === "GET" && url.pathname === OWNED) return json(response, 200, this.owned(query))
    if (method === "GET" && url.pathname === SEARCH) return json(response, 200, this.offers(query))
    if (method !== "POST") return failed(response)
    const form = new URLSearchParams(body)
    const line = this.market.find(`+${form.get("msisdn")}`)
    if (line === undefined || form.get("country") !== line.country) return failed(response)
    if (url.pathname === "/number/cancel" && this.market.isLocked(line.number)) return failed(response)
    if (url.pathname === "/number/cancel") this.market.giveBack(line.number)
    else this.update(line, form)
    done(response)
  }

  private update({ number }: OwnedLine, form: URLSearchParams): void {
    this.market.change(number, Object.fromEntries([...form].filter(([name]) => settings.has(name))))
  }

  /** Without any number not even the list is there. */
  private page(query: URLSearchParams, all: ReadonlyArray<object>): object {
    if (all.length === 0) return {}
    const size = this.market.pageOf(Math.min(naturalOf(query.get("size"), DEFAULT_SIZE) || DEFAULT_SIZE, MAX_SIZE))
    const index = naturalOf(query.get("index"), 1) || 1
    return { count: all.length, numbers: all.slice((index - 1) * size, index * size) }
  }

  private offers(query: URLSearchParams): object {
    const features = query.get("features")?.split(",") ?? []
    const found = query.get("country") === "US" ? this.market.search({ features }) : []
    return this.page(query, found.filter(({ number }) => isMatch(query, number)).map(offerOf))
  }

  private owned(query: URLSearchParams): object {
    const wanted = query.get("application_id")
    const lines = this.market.lines.filter(
      ({ fields, number }) => (wanted === null || fields["app_id"] === wanted) && isMatch(query, number)
    )
    return this.page(
      query,
      lines.map(({ country, features, fields, number }) => ({
        country,
        msisdn: Wire.digitsOf(number),
        type: "mobile-lvn",
        features: written(features),
        ...fields
      }))
    )
  }
}
