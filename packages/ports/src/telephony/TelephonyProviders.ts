/**
 * The providers that this installation knows: the active one sends, the fallback while the active one fails; the others are
 * kept so that their late callbacks still verify and their attempts can still be looked up after a swap.
 */
import { Context, Effect, Layer } from "effect"
import { Telephony, type TelephonyService } from "./Telephony.ts"

/** The providers of this installation. */
export class TelephonyProviders extends Context.Service<
  TelephonyProviders,
  {
    readonly active: TelephonyService
    /** `null`: texts wait for the active one. */
    readonly fallback: TelephonyService | null
    /** All of them. */
    readonly all: ReadonlyArray<TelephonyService>
    /** The provider of a webhook path, or of an attempt. */
    readonly byName: (provider: string) => TelephonyService | undefined
  }
>()("careline/ports/TelephonyProviders") {}

/** The providers from their services, known by their names. */
export const make = (
  active: TelephonyService,
  others: ReadonlyArray<TelephonyService> = [],
  fallback: TelephonyService | null = null
): TelephonyProviders["Service"] => {
  const all = [...others, ...(fallback === null ? [] : [fallback]), active]
  const known = new Map(all.map((telephony) => [telephony.provider, telephony]))
  return { active, fallback, all: [...known.values()], byName: (provider) => known.get(provider) }
}

/** One provider, and no memory of another. */
export const layer: Layer.Layer<TelephonyProviders, never, Telephony> = Layer.effect(
  TelephonyProviders,
  Effect.map(Telephony, (telephony) => make(telephony))
)
