/** Tells which numbers are our own, in whosever hands or in none: a text or call to one of them would go round. */
import type { PhoneNumber } from "@careline/domain"
import { NumberInventory, PoolNumbers } from "@careline/ports"
import { Effect, Option } from "effect"
import { asSystem } from "./Access.ts"

export const ownNumbersAmong = Effect.fnUntraced(function* (numbers: ReadonlyArray<PhoneNumber.E164>) {
  const inPools = yield* (yield* PoolNumbers).byNumbers(numbers)
  const inventory = Option.getOrUndefined(yield* Effect.serviceOption(NumberInventory))
  const nobodys = inventory === undefined ? [] : yield* inventory.list("nobody")
  return new Set<string>([...inPools, ...nobodys].map(({ number }) => number))
}, asSystem)
