/** How the pool is: for who sees all tenants. */
import type { InventoryNumber, PendingAssignment, PoolPlan } from "@careline/domain"
import { type NumberCount, NumberInventory, NumberOrders } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asStaff, asSystem } from "../access/Access.ts"
import { type Actor, assertSeesAll } from "../access/Actor.ts"
import { BuysNumbers } from "./AssignNumber.ts"
import { Limits } from "../shared/Limits.ts"

export interface PoolHealth {
  /** `low` below the number that the pool should have, where this host buys numbers; `empty` when there is none to assign. */
  readonly level: "ok" | "low" | "empty"
  readonly counts: Readonly<Record<InventoryNumber.NumberStatus, number>>
  /** Those that can be assigned, by area code; `""` outside of the North American Numbering Plan. */
  readonly availableByAreaCode: Readonly<Record<string, number>>
  readonly min: number
  readonly batch: number
  readonly max: number
  /** What is wrong with the pool, as operators were told. */
  readonly conditions: ReadonlyArray<PoolPlan.PoolCondition>
  /** Whether this host buys numbers. */
  readonly buys: boolean
  readonly pendingAssignments: ReadonlyArray<PendingAssignment.PendingAssignment>
  /** When the next number comes out of quarantine; `null` when none is in it. */
  readonly nextQuarantineEnd: DateTime.Utc | null
}

const sum = (counts: ReadonlyArray<NumberCount>, status: InventoryNumber.NumberStatus): number =>
  counts.filter((one) => one.status === status).reduce((total, { count }) => total + count, 0)

export const poolHealth = Effect.fn("poolHealth")(function* (actor: Actor) {
  yield* assertSeesAll(actor, "phoneNumber")
  const inventory = yield* NumberInventory
  const { poolBatch, poolMax, poolMin } = yield* Limits
  const counts = yield* asStaff(actor)(inventory.counts)
  const buys = yield* BuysNumbers
  const available = sum(counts, "available")
  // One for voice alone is no number to text from.
  const texting = sum(
    counts.filter(({ purpose }) => purpose !== "voice"),
    "available"
  )
  const ends = counts.flatMap(({ nextEnd, status }) => (status === "quarantined" && nextEnd !== null ? [nextEnd] : []))
  return {
    level: texting === 0 ? "empty" : buys && texting < poolMin ? "low" : "ok",
    counts: {
      available,
      assigned: sum(counts, "assigned"),
      suspended: sum(counts, "suspended"),
      replaced: sum(counts, "replaced"),
      quarantined: sum(counts, "quarantined"),
      retired: sum(counts, "retired"),
      releasing: sum(counts, "releasing")
    },
    availableByAreaCode: counts
      .filter(({ status }) => status === "available")
      .reduce<Record<string, number>>(
        (all, { areaCode, count }) => ({ ...all, [areaCode ?? ""]: (all[areaCode ?? ""] ?? 0) + count }),
        {}
      ),
    min: poolMin,
    batch: poolBatch,
    max: poolMax,
    conditions: yield* asSystem((yield* NumberOrders).conditions),
    buys,
    pendingAssignments: yield* asStaff(actor)(inventory.pendingAssignments),
    nextQuarantineEnd: ends.toSorted(DateTime.Order)[0] ?? null
  } satisfies PoolHealth
})
