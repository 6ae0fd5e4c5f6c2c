/** Finds which numbers are our own, assigned or not, and which others must not be texted. */
import { PhoneNumber, type Tenant } from "@careline/domain"
import { NumberInventory, Optional, TenantNumbers } from "@careline/ports"
import { Effect } from "effect"
import { asSystem } from "./Access.ts"

/** A text or call to one of them would go round. */
export const ownNumbersAmong = Effect.fnUntraced(function* (numbers: ReadonlyArray<PhoneNumber.E164>) {
  const tenantNumbers = yield* TenantNumbers
  const spelled = numbers.flatMap((number) => PhoneNumber.spellings(number) as ReadonlyArray<PhoneNumber.E164>)
  // Without an inventory no number is unassigned.
  const { byNumbers } = (yield* Optional.of(NumberInventory)) ?? tenantNumbers
  const ours = new Set((yield* byNumbers(spelled)).map(({ number }) => PhoneNumber.subscriberKey(number)))
  return new Set<string>(numbers.filter((number) => ours.has(PhoneNumber.subscriberKey(number))))
}, asSystem)

/** Why each number is not to be written to, and `null` where it is; `countries`: those abroad that may be. */
export const refusalsOf = Effect.fnUntraced(function* (
  tenant: Tenant,
  numbers: ReadonlyArray<PhoneNumber.E164>,
  countries: ReadonlyArray<string>
) {
  const ours = yield* ownNumbersAmong(numbers)
  const lines = (yield* (yield* TenantNumbers).list([tenant])).map(({ number }) => number)
  return numbers.map((number) =>
    ours.has(number) ? ("own_number" as const) : PhoneNumber.destinationRefusal(number, lines, countries)
  )
})
