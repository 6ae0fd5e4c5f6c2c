/** Whether a number is ours at a provider: none is added that is not, such as a patient's own phone. */
import type { PhoneNumber } from "@careline/domain"
import type { Telephony, TelephonyProviders } from "@careline/ports"
import { Effect } from "effect"
import type { Actor } from "../access/Actor.ts"
import { InvalidRequest, NumberRefused } from "../shared/Errors.ts"

type Providers = TelephonyProviders.TelephonyProviders["Service"]

/** What a provider says of a number. `unknown`: it cannot be asked, or did not answer. */
type Answer = "ours" | "not_ours" | "unknown"

const ask = ({ numbers }: Telephony.TelephonyService, number: PhoneNumber.E164): Effect.Effect<Answer> =>
  Effect.match(numbers.owns(number), {
    onFailure: () => "unknown",
    onSuccess: (isOurs) => (isOurs ? "ours" : "not_ours")
  })

/** Texts would wait for another one for ever. */
const assertProvider = ({ byName }: Providers, provider: string | null): Effect.Effect<void, InvalidRequest> =>
  provider === null || byName(provider) !== undefined
    ? Effect.void
    : Effect.fail(new InvalidRequest({ field: "provider", message: "no provider of that name is configured here" }))

/** A number that is to be added. */
interface Claim {
  readonly number: PhoneNumber.E164
  /** Who carries it; any provider where none is named. */
  readonly provider: string | null
  /** Why it is ours although no provider can tell. Only whoever sees all tenants may say so. */
  readonly overrideReason: string | null
}

/** A number that may be added. */
interface Admitted {
  /** Who carries it; `null` for the active provider, whichever that is. */
  readonly provider: string | null
  /** Of the audit log: why it was added although no provider could tell. Encrypted there, as it may name somebody. */
  readonly detail: { readonly sealed?: string }
}

/**
 * Fails unless the named provider, or any where none is named, says that the number is ours. Where all that were asked cannot
 * tell, a reason of somebody who sees all tenants stands for it; against a provider that says no, nothing does.
 */
export const assertOurs = Effect.fnUntraced(function* (
  providers: Providers,
  actor: Actor,
  { number, overrideReason, provider }: Claim
): Effect.fn.Return<Admitted, InvalidRequest | NumberRefused> {
  yield* assertProvider(providers, provider)
  if (overrideReason !== null && actor.scope !== "all") {
    return yield* new InvalidRequest({ field: "overrideReason", message: "is for who administers the whole system" })
  }
  const { active, all } = providers
  const asked = all.filter((one) => provider === null || one.provider === provider)
  const answers = yield* Effect.forEach(asked, (one) => ask(one, number), { concurrency: "unbounded" })
  const owners = asked.filter((_, index) => answers[index] === "ours").map((one) => one.provider)
  if (owners.length > 0) {
    const [owner = null] = owners
    return { provider: provider ?? (owners.includes(active.provider) ? null : owner), detail: {} }
  }
  if (answers.every((answer) => answer === "not_ours")) return yield* new NumberRefused({ reason: "not_yours" })
  // Whoever knows better than a provider that says no names the one that cannot tell.
  if (overrideReason === null || answers.includes("not_ours"))
    return yield* new NumberRefused({ reason: "cannot_tell" })
  return { provider, detail: { sealed: JSON.stringify({ overrideReason }) } }
})
