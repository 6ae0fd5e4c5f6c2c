/** By how much the bill for numbers may grow, and what is bought. Nothing is bought without a budget. */
import type { InventoryNumber, NumberPrices } from "@careline/domain"
import { Context } from "effect"

export interface PoolBudgetShape {
  /**
   * What the numbers that are bought anew in a calendar month (UTC) may cost each month, together; `null`: nothing is bought. It
   * bounds how fast the bill grows, not the bill: what was bought in earlier months is paid for besides.
   */
  readonly monthly: InventoryNumber.MonthlyPrice | null
  /** For offers that name no price. */
  readonly prices: ReadonlyArray<NumberPrices.NumberPrice>
  /** ISO 3166-1 alpha-2: where numbers are bought. */
  readonly country: string
}

export const PoolBudget: Context.Reference<PoolBudgetShape> = Context.Reference("careline/application/PoolBudget", {
  defaultValue: (): PoolBudgetShape => ({ monthly: null, prices: [], country: "US" })
})
