/** Tells which numbers are our own, in whosever hands or in none: a text or call to one of them would go round. */
import { PhoneNumber } from "@careline/domain"
import { NumberInventory, PoolNumbers } from "@careline/ports"
import { Effect, Option } from "effect"
import { asSystem } from "./Access.ts"

export const ownNumbersAmong = Effect.fnUntraced(function* (numbers: ReadonlyArray<PhoneNumber.E164>) {
  const spelled = numbers.flatMap((number) => PhoneNumber.spellings(number) as ReadonlyArray<PhoneNumber.E164>)
  const inPools = yield* (yield* PoolNumbers).byNumbers(spelled)
  const inventory = Option.getOrUndefined(yield* Effect.serviceOption(NumberInventory))
  const nobodys = inventory === undefined ? [] : yield* inventory.list("nobody")
  const ours = new Set([...inPools, ...nobodys].map(({ number }) => PhoneNumber.subscriberKey(number)))
  return new Set<string>(numbers.filter((number) => ours.has(PhoneNumber.subscriberKey(number))))
}, asSystem)
