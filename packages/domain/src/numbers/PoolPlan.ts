/** What the pool lacks, and which of the numbers on offer are ordered for it: within its limits, or not at all. */
import type { Tenant } from "../shared/Ids.ts"
import type { MonthlyPrice, NumberPurpose } from "../contacts/InventoryNumber.ts"
import { toMicros } from "./NumberPrices.ts"
import type { E164 } from "../contacts/PhoneNumber.ts"

/** What is wrong with the pool, for an operator to know of. */
export type PoolCondition =
  | "low"
  | "empty"
  | "near_budget"
  | "over_budget"
  | "no_offers"
  | "no_price"
  | "currency"
  | "provider_unavailable"
  | "assignment_failed"
  | "order_failed"
  | "account_refused"
  | "orders_failing"

/** Somebody who waits for a number. */
export interface Waiting {
  readonly siteGroupingId: Tenant
  readonly areaCode: string | null
  readonly purpose: NumberPurpose
}

/** How the pool is. */
export interface PoolState {
  readonly available: number
  readonly underway: {
    /** Orders for the pool. */
    readonly coming: number
    /** Those that nobody counts on any more, though their numbers may be ours. */
    readonly stuck: number
    /** Whom the others are for. */
    readonly tenants: ReadonlyArray<Tenant>
  }
  readonly pendingAssignments: ReadonlyArray<Waiting>
}

/** How many numbers it should have, how many are bought at once, and how many it may have. What tenants wait for is none of it. */
export interface PoolRules {
  readonly poolMin: number
  readonly poolBatch: number
  readonly poolMax: number
}

/** What is to be bought. Who waits comes first. */
export interface PoolNeed {
  readonly pendingAssignments: ReadonlyArray<Waiting>
  readonly pool: number
}

export const need = ({ available, underway, pendingAssignments }: PoolState, rules: PoolRules): PoolNeed => {
  const { coming, stuck, tenants } = underway
  const room = Math.max(0, rules.poolMax - available - coming - stuck)
  const isShort = available + coming < rules.poolMin
  return {
    pendingAssignments: pendingAssignments.filter(({ siteGroupingId }) => !tenants.includes(siteGroupingId)),
    pool: isShort ? Math.min(rules.poolBatch, room) : 0
  }
}

export const isNothing = ({ pool, pendingAssignments }: PoolNeed): boolean =>
  pool === 0 && pendingAssignments.length === 0

/** A number on offer; `price` is `null` where nobody says what it costs. */
export interface PricedOffer {
  readonly number: E164
  readonly areaCode: string | null
  /** What it was found for, and may be bought for. */
  readonly purposes: ReadonlyArray<NumberPurpose>
  readonly price: MonthlyPrice | null
}

/** What may still be spent this month; `null`: nothing may. */
export interface Budget {
  readonly currency: string
  readonly leftMicros: number
}

/** What keeps a number from being ordered. */
export type Obstacle = "no_offers" | "over_budget" | "no_price" | "currency"

/**
 * What keeps every number from being ordered, whatever is on offer: of offers that name no price, what the operator's table
 * says, or does not say.
 */
export const obstacleOf = (
  budget: MonthlyPrice | null,
  listed: MonthlyPrice | null,
  offersNamePrices: boolean
): "no_price" | "currency" | null => {
  if (budget === null || offersNamePrices) return null
  if (listed === null) return "no_price"
  return listed.currency === budget.currency ? null : "currency"
}

/** An offer that is ordered, and for whom. */
export interface Choice {
  readonly number: E164
  readonly purpose: NumberPurpose
  readonly price: MonthlyPrice
  readonly wantedBy: { readonly siteGroupingId: Tenant } | null
}

/**
 * The offers that are taken, each for one, and what kept others from being taken. `offers` are those that nobody has ordered.
 * A price that is not known, or is in another money than the budget, cannot be held against it.
 */
export const choose = (
  { pool, pendingAssignments }: PoolNeed,
  offers: ReadonlyArray<PricedOffer>,
  budget: Budget | null
): {
  readonly choices: ReadonlyArray<Choice>
  readonly conditions: ReadonlyArray<Obstacle>
  /** Whom nothing is ordered for, and why. */
  readonly kept: ReadonlyArray<{ readonly siteGroupingId: Tenant; readonly reason: Obstacle }>
} => {
  const left = [...offers]
  const conditions = new Set<Obstacle>()
  const unserved: Array<{ readonly siteGroupingId: Tenant; readonly reason: Obstacle }> = []
  const choices: Array<Choice> = []
  let micros = budget?.leftMicros ?? 0

  const take = (areaCode: string | null, purpose: NumberPurpose, wantedBy: Choice["wantedBy"]): Obstacle | null => {
    const fitting = left.filter(
      (offer) => (areaCode === null || offer.areaCode === areaCode) && offer.purposes.includes(purpose)
    )
    if (fitting.length === 0) return "no_offers"
    if (budget === null) return "over_budget"
    const offer = fitting.find(({ price }) => price?.currency === budget.currency)
    if (offer === undefined || offer.price === null) {
      return fitting.some(({ price }) => price !== null) ? "currency" : "no_price"
    }
    const cost = toMicros(offer.price)
    if (cost > micros) return "over_budget"
    micros -= cost
    left.splice(left.indexOf(offer), 1)
    choices.push({ number: offer.number, purpose, price: offer.price, wantedBy })
    return null
  }

  for (const { areaCode, purpose, siteGroupingId } of pendingAssignments) {
    const kept = take(areaCode, purpose, { siteGroupingId })
    if (kept === null) continue
    conditions.add(kept)
    unserved.push({ siteGroupingId, reason: kept })
  }
  for (let count = 0; count < pool; count++) {
    const kept = take(null, "both", null)
    if (kept === null) continue
    // A smaller batch than was wanted is no news, unless it is none.
    if (kept !== "no_offers" || count === 0) conditions.add(kept)
    break
  }
  return { choices, conditions: [...conditions], kept: unserved }
}

/** Of the month's budget, what may be left before somebody should know. */
const NEAR = 0.2

/** Whether most of the month's budget is spent, before it keeps anything from being bought. */
export const nearness = (monthly: MonthlyPrice | null, budget: Budget | null): ReadonlyArray<PoolCondition> =>
  monthly !== null && budget !== null && budget.leftMicros < NEAR * toMicros(monthly) ? ["near_budget"] : []

/** How the pool itself is. */
export const levelOf = (available: number, { poolMin }: Pick<PoolRules, "poolMin">): ReadonlyArray<PoolCondition> => [
  ...(available < poolMin ? (["low"] as const) : []),
  ...(available === 0 ? (["empty"] as const) : [])
]
