/**
 * Numbers at a provider: the facet of `Telephony` that searches, buys, configures and releases them. Nobody's purchase is
 * idempotent: an order whose answer was lost is looked for before it is tried again.
 */
import type { InventoryNumber, PhoneNumber, SendOutcome } from "@careline/domain"
import { DateTime, type Effect } from "effect"
import type { TelephonyError } from "./TelephonyError.ts"

/** What a number can carry. */
export type NumberFeature = "sms" | "mms" | "voice"

/** A sum of money as providers write it: a decimal in the currency's main unit, `1.15`. */
export interface Price {
  readonly amount: string
  /** ISO 4217: `USD`. */
  readonly currency: string
}

/** What kind of number is wanted. */
export interface NumberQuery {
  /** ISO 3166-1 alpha-2: `US`. */
  readonly country: string
  /** The three digits of the North American Numbering Plan; `null`: any. */
  readonly areaCode: string | null
  /** A town, as the provider writes it; `null`: any. */
  readonly locality: string | null
  /** Digits that the number has somewhere; `null`: any. */
  readonly contains: string | null
  /** All of them. */
  readonly features: ReadonlyArray<NumberFeature>
  readonly limit: number
}

/** A number that can be bought now, and perhaps not in a minute. */
export interface OfferedNumber {
  readonly number: PhoneNumber.E164
  readonly features: ReadonlyArray<NumberFeature>
  readonly locality: string | null
  /** A state or province, as the provider writes it. */
  readonly region: string | null
  /** What it costs each month; `null` where the search does not say. */
  readonly monthlyPrice: Price | null
}

/** A number that is to be bought, under a reference of ours that no other order has. */
export interface NumberOrder {
  readonly reference: string
  readonly number: PhoneNumber.E164
  /** `both` where it is left out. Of `voice` it is attached to the trunk of the voice agent. */
  readonly purpose?: InventoryNumber.NumberPurpose
}

/** An order that may have arrived, and when it was last tried. */
export interface TriedOrder extends NumberOrder {
  readonly startedAt: DateTime.Utc
}

/**
 * What became of buying a number. `Bought`: it is ours, under the provider's own id of it. `Ordered`: the provider took the
 * order and carries it out later: `numbers.find` tells. `Unknown` may have bought it, so it is found before it is tried again.
 */
export type PurchaseOutcome =
  | { readonly _tag: "Bought"; readonly providerSid: string }
  | { readonly _tag: "Ordered" }
  | { readonly _tag: "Rejected"; readonly reason: PurchaseRefusal; readonly code: string | null }
  | Extract<SendOutcome.SendOutcome, { readonly _tag: "Throttled" | "NotSent" | "Unknown" }>

/**
 * Why a number was not sold. `not_available`: somebody else has it. `requirements`: the provider wants papers first. `account`:
 * our account may not, or lacks the money.
 */
export type PurchaseRefusal = "not_available" | "requirements" | "account" | "other"

/** What a look at the provider for an order found. `Absent` only when the provider would show it by now. */
export type FoundOrder =
  | { readonly _tag: "Owned"; readonly providerSid: string }
  | { readonly _tag: "Pending" }
  | { readonly _tag: "Failed"; readonly reason: PurchaseRefusal; readonly code: string | null }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "CannotTell"; readonly detail: string }

/**
 * What it means that a provider does not show an order's number: nothing, for as long as it may take to show what it sold.
 * `askedAt` is when it was asked.
 */
export const notShown = (order: TriedOrder, askedAt: DateTime.Utc, findAfterMillis: number): FoundOrder =>
  DateTime.toEpochMillis(askedAt) - DateTime.toEpochMillis(order.startedAt) < findAfterMillis
    ? { _tag: "CannotTell", detail: "it may not be listed yet" }
    : { _tag: "Absent" }

/** What is wrong with a number at the provider: which of its webhooks leads elsewhere, or that it is attached to nothing of ours. */
export type Misconfiguration = "sms_webhook" | "voice_webhook" | "messaging_attachment" | "voice_attachment"

/** A number that the provider says is ours. */
export interface OwnedNumber {
  readonly number: PhoneNumber.E164
  readonly providerSid: string
  /** `null` where the provider's list does not say. */
  readonly features: ReadonlyArray<NumberFeature> | null
  /** Whether it is attached to the trunk of the voice agent, where there is one: then nothing of it comes here. */
  readonly onTrunk?: boolean
  /** Empty when texts and calls reach this host, or the number is attached to the trunk. */
  readonly misconfigured: ReadonlyArray<Misconfiguration>
}

/** What a search is narrowed by. */
export type SearchCriterion = "area_code" | "locality" | "contains" | "features"

/** What a provider can do about numbers. */
export interface NumbersCapabilities {
  /** What a search can narrow by, at the provider or from what it answers. Any other criterion fails with `Unsupported`. */
  readonly search: ReadonlyArray<SearchCriterion>
  /** Whether a number is ours when `buy` returns, or at times only later. */
  readonly orders: "synchronous" | "asynchronous"
  /** How an order whose answer was lost is found: by our reference, or by its number alone. */
  readonly find: "by_reference" | "by_number"
  /** How long after an order was tried the provider may still be silent about it, in milliseconds. */
  readonly findAfterMillis: number
  /** The refusals that the provider tells apart. Any other is told as `other`. */
  readonly refusals: ReadonlyArray<Exclude<PurchaseRefusal, "other">>
  /** Whether offers name their price. */
  readonly prices: boolean
  /** Whether numbers can be attached to the trunk of a voice agent. Without, what is for `voice` fails with `Unsupported`. */
  readonly trunk: boolean
}

/** Numbers at the provider: bought, led to this host, given back. */
export interface Numbers {
  /** Numbers that can be bought now and are all that the query says, each once, up to its limit. */
  readonly search: (query: NumberQuery) => Effect.Effect<ReadonlyArray<OfferedNumber>, TelephonyError>
  /** One try. No provider knows a repeated order for one, so a lost answer is looked for with `find`. Fails only with `Unsupported`. */
  readonly buy: (order: NumberOrder) => Effect.Effect<PurchaseOutcome, TelephonyError>
  /** What became of an order. */
  readonly find: (order: TriedOrder) => Effect.Effect<FoundOrder, TelephonyError>
  /**
   * Leads the number's texts and calls to this host, and attaches it to what carries our texts; of `voice` attaches it to the
   * trunk instead. Doing so again changes nothing.
   */
  readonly configure: (
    number: PhoneNumber.E164,
    purpose?: InventoryNumber.NumberPurpose
  ) => Effect.Effect<void, TelephonyError>
  /** Gives the number back for good. One that is not ours counts as given back. */
  readonly release: (number: PhoneNumber.E164) => Effect.Effect<void, TelephonyError>
  /** Whether the number is ours at the provider now; one that was ordered and has not come yet is not. */
  readonly owns: (number: PhoneNumber.E164) => Effect.Effect<boolean, TelephonyError>
  /** All numbers that are ours at the provider. */
  readonly list: () => Effect.Effect<ReadonlyArray<OwnedNumber>, TelephonyError>
}
