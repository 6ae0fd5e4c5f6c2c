/** What operators are told of the pool and of orders: once when it begins, once when it is over. */
import type { NumberOrder, PoolPlan } from "@careline/domain"
import type { ConditionChange } from "@careline/ports"
import { Effect, Metric } from "effect"
import { raiseAlert } from "../access/Alerts.ts"

const available = Metric.gauge("careline_pool_available", { description: "Numbers that can be assigned" })
const orders = Metric.counter("careline_pool_orders", { description: "Orders for numbers that came to their end" })

/** What changed of the pool, and how many numbers it has. */
export const poolChanged = Effect.fnUntraced(function* ({ began, ended }: ConditionChange, count: number) {
  yield* Metric.update(available, count)
  const of = (isOver: boolean) => (condition: PoolPlan.PoolCondition) =>
    raiseAlert(
      { subject: "number_pool", condition, isOver, detail: { available: count } },
      isOver ? "What was wrong with the pool of numbers is over" : "Somebody should look after the pool of numbers"
    )
  yield* Effect.forEach(began, of(false), { discard: true })
  yield* Effect.forEach(ended, of(true), { discard: true })
})

/** An order came to its end. That orders fail is told as a condition of the pool, once for all. */
export const orderEnded = Effect.fnUntraced(function* ({
  failedBecause,
  id,
  kind,
  provider,
  state
}: NumberOrder.NumberOrder) {
  yield* Metric.update(Metric.withAttributes(orders, { kind, outcome: failedBecause ?? state }), 1)
  if (state === "failed" && kind === "purchase") {
    const annotations = { order: id, provider, reason: failedBecause ?? "other" }
    yield* Effect.logWarning("A number was not sold to us").pipe(Effect.annotateLogs(annotations))
  }
})

/** A number that is ours, or may be, cannot be brought in, or given back. */
export const orderStuck = ({ failures, id, kind, provider, state }: NumberOrder.NumberOrder): Effect.Effect<void> => {
  const detail = { order: id, provider, failures }
  return kind === "release"
    ? raiseAlert(
        { subject: "number_order", condition: "stuck_release", isOver: false, detail },
        "A number cannot be given back to its provider, and may still be paid for"
      )
    : raiseAlert(
        { subject: "number_order", condition: `stuck_${state}`, isOver: false, detail },
        "A number that is ours, or may be, cannot be brought in"
      )
}

/** The provider does not take a number back. */
export const releaseRefused = ({ id, provider }: NumberOrder.NumberOrder): Effect.Effect<void> =>
  raiseAlert(
    { subject: "number_order", condition: "release_refused", isOver: false, detail: { order: id, provider } },
    "A provider does not take a number back, and it is still paid for"
  )
