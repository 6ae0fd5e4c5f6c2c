/** Whether a number is ours at a provider: a tenant's administrator adds those that are, and no phone of a patient's. */
import type { PhoneNumber } from "@careline/domain"
import { type Telephony, TelephonyProviders } from "@careline/ports"
import { Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { NumberRefused } from "./Errors.ts"

/** What a provider says of a number. `unknown`: it has no such list, or did not answer. */
type Said = "ours" | "not_ours" | "unknown"

const ask = ({ capabilities, numbers }: Telephony.TelephonyService, number: PhoneNumber.E164): Effect.Effect<Said> =>
  capabilities.numbers === null
    ? Effect.succeed("unknown")
    : Effect.match(numbers.list(), {
        onFailure: (): Said => "unknown",
        onSuccess: (owned): Said => (owned.some((one) => one.number === number) ? "ours" : "not_ours")
      })

/**
 * Fails unless the provider of the name, or any of them where none is named, says that the number is ours. Who sees all
 * tenants answers for the number themselves: theirs are also those that no provider's list has.
 */
export const assertOurs = Effect.fnUntraced(function* (
  actor: Actor,
  number: PhoneNumber.E164,
  provider: string | null
) {
  if (actor.scope === "all") return
  const { all } = yield* TelephonyProviders.TelephonyProviders
  const asked = all.filter((one) => provider === null || one.provider === provider)
  const said = yield* Effect.forEach(asked, (one) => ask(one, number))
  if (said.includes("ours")) return
  return yield* new NumberRefused({ reason: said.includes("unknown") ? "cannot_tell" : "not_yours" })
})
