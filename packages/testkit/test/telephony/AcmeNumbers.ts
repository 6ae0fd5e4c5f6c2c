/** Numbers at Acme, in parts that can be swapped. */
import type { PhoneNumber } from "@careline/domain"
import { CallbackUrl, OfferedNumbers, ProviderFailure } from "@careline/adapter-kit"
import { type Numbers, TelephonyError } from "@careline/ports"
import { Clock, DateTime, Effect } from "effect"
import { type AcmeOptions, type Answer, decode } from "./AcmeWire.ts"

const FIND_AFTER_MILLIS = 60_000

export const capabilities: Numbers.NumbersCapabilities = {
  search: ["area_code", "locality", "contains", "features"],
  orders: "asynchronous",
  find: "by_reference",
  findAfterMillis: FIND_AFTER_MILLIS,
  refusals: ["not_available", "requirements", "account"],
  prices: true,
  trunk: false
}

/** What the numbers facet is made of. */
export interface NumberParts {
  readonly searchOf: (query: Numbers.NumberQuery) => ReadonlyArray<readonly [string, string]>
  readonly wanted: typeof OfferedNumbers.wanted
  /** How often an order is tried. */
  readonly tries: number
  readonly isBought: (state: unknown) => boolean
  readonly refusalOf: (code: string | null) => Numbers.PurchaseRefusal
  readonly absentAfterMillis: number
  readonly settings: (urls: Destinations) => object
  readonly maxPages: number
  /** Whether a number of a list is the one that is asked for. */
  readonly isNumber: (listed: string, asked: string) => boolean
  /** What is said of a failure. */
  readonly described: (failure: ProviderFailure.Failure, number: string) => ProviderFailure.Failure
}

interface Destinations {
  readonly texts: string
  readonly calls: string
}

interface Line extends Destinations {
  readonly id: string
  readonly number: PhoneNumber.E164
  readonly features: ReadonlyArray<Numbers.NumberFeature>
}

const refusals: Readonly<Record<string, Numbers.PurchaseRefusal>> = {
  gone: "not_available",
  papers: "requirements",
  "no-money": "account"
}

export const soundNumbers: NumberParts = {
  searchOf: ({ areaCode, contains, features, locality }) => [
    ...(areaCode === null ? [] : [["area", areaCode] as const]),
    ...(contains === null ? [] : [["contains", contains] as const]),
    ...(locality === null ? [] : [["town", locality] as const]),
    ...features.map((feature) => ["feature", feature] as const)
  ],
  wanted: OfferedNumbers.wanted,
  tries: 1,
  isBought: (state) => state === "success",
  refusalOf: (code) => refusals[code ?? ""] ?? "other",
  absentAfterMillis: FIND_AFTER_MILLIS,
  settings: (urls) => urls,
  maxPages: Infinity,
  isNumber: (listed, asked) => listed === asked,
  described: (failure) => failure
}

export const make = (
  { publicUrl }: Pick<AcmeOptions, "publicUrl">,
  parts: NumberParts,
  call: (path: string, body?: object, method?: "DELETE") => Effect.Effect<Answer, ProviderFailure.Failure>,
  fail: (operation: string, reason: TelephonyError.TelephonyErrorReason) => TelephonyError.TelephonyError
): Numbers.Numbers => {
  const urls: Destinations = {
    texts: CallbackUrl.ofKind(publicUrl, "acme", "sms"),
    calls: CallbackUrl.ofKind(publicUrl, "acme", "call")
  }
  const told = <A>(operation: string, number: string, answer: Effect.Effect<A, ProviderFailure.Failure>) =>
    Effect.mapError(answer, (failure) => fail(operation, ProviderFailure.toReason(parts.described(failure, number))))
  const ask = Effect.fnUntraced(function* <A>(operation: string, path: string, name: string) {
    const { body } = yield* told(operation, path, call(path))
    const listed = decode(body)
    if (Array.isArray(listed?.[name])) return listed as Readonly<Record<string, ReadonlyArray<A>>>
    return yield* fail(operation, new TelephonyError.Unavailable({ message: "no list", code: null }))
  })
  const noTrunk = (operation: string) =>
    fail(operation, new TelephonyError.Unsupported({ message: "no trunks here", capability: "numbers.trunk" }))
  const lines = Effect.fnUntraced(function* (operation: string) {
    const found: Array<Line> = []
    for (let page = 0; page < parts.maxPages; page++) {
      const { more, numbers = [] } = yield* ask<Line>(operation, `/numbers?page=${page}`, "numbers")
      found.push(...numbers)
      if (String(more) !== "true") break
    }
    return found
  })

  return {
    search: Effect.fnUntraced(function* (query) {
      const search = new URLSearchParams(parts.searchOf(query).map(([name, value]): [string, string] => [name, value]))
      type Offer = Omit<Numbers.OfferedNumber, "monthlyPrice"> & { readonly monthlyPrice: string }
      const { numbers = [] } = yield* ask<Offer>("numbers.search", `/numbers/search?${search}`, "numbers")
      return parts.wanted(
        query,
        numbers.map(({ features, locality, monthlyPrice: amount, number, region }) => ({
          number,
          features,
          locality,
          region,
          monthlyPrice: { amount, currency: "USD" }
        }))
      )
    }),

    buy: ({ number, purpose, reference }) =>
      purpose === "voice"
        ? noTrunk("numbers.buy")
        : call("/numbers/orders", { number, ref: reference }).pipe(
            Effect.retry({ times: parts.tries - 1 }),
            Effect.map(({ body }): Numbers.PurchaseOutcome => {
              const { id, number: sid, state } = decode(body) ?? {}
              if (typeof id !== "string") return { _tag: "Unknown", detail: "no id" }
              return parts.isBought(state) ? { _tag: "Bought", providerSid: String(sid) } : { _tag: "Ordered" }
            }),
            Effect.catch((failure) => Effect.succeed(ProviderFailure.toPurchaseOutcome(failure, parts.refusalOf)))
          ),

    find: Effect.fnUntraced(function* ({
      number,
      reference,
      startedAt
    }): Effect.fn.Return<Numbers.FoundOrder, TelephonyError.TelephonyError> {
      const operation = "numbers.find"
      const now = yield* Clock.currentTimeMillis
      const owned = (yield* lines(operation)).find((line) => line.number === number)
      if (owned !== undefined) return { _tag: "Owned", providerSid: owned.id }
      const { orders = [] } = yield* ask<{ readonly state: string }>(
        operation,
        `/numbers/orders?ref=${encodeURIComponent(reference)}`,
        "orders"
      )
      const state = orders[0]?.state
      if (state === "failure") return { _tag: "Failed", reason: "other", code: null }
      if (state !== undefined) return { _tag: "Pending" }
      return now - DateTime.toEpochMillis(startedAt) < parts.absentAfterMillis
        ? { _tag: "CannotTell", detail: "too early" }
        : { _tag: "Absent" }
    }),

    configure: (number, purpose) =>
      purpose === "voice"
        ? noTrunk("numbers.configure")
        : Effect.asVoid(told("numbers.configure", number, call(`/numbers/${number.slice(1)}`, parts.settings(urls)))),

    release: (number) =>
      told("numbers.release", number, call(`/numbers/${number.slice(1)}`, undefined, "DELETE")).pipe(
        Effect.asVoid,
        Effect.catchIf(
          ({ reason }) => reason._tag === "NotFound",
          () => Effect.void
        )
      ),

    owns: (number) =>
      Effect.map(lines("numbers.owns"), (all) => all.some((line) => parts.isNumber(line.number, number))),

    list: () =>
      Effect.map(lines("numbers.list"), (all) =>
        all.map(({ calls, features, id, number, texts }) => ({
          number,
          providerSid: id,
          features,
          misconfigured: [
            ...(texts === urls.texts ? [] : (["sms_webhook"] as const)),
            ...(calls === urls.calls ? [] : (["voice_webhook"] as const))
          ]
        }))
      )
  }
}
