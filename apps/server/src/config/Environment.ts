/** Variables of the environment. What is malformed is named, and never quoted: it may be a secret. */
import { ProviderConfig } from "@careline/adapter-kit"
import { Effect, Schema } from "effect"

/** A variable that is missing or makes no sense. Never quotes its value: it may be a secret. */
export class HostConfigError extends Schema.TaggedError<HostConfigError>()("HostConfigError", {
  variable: Schema.String,
  message: Schema.String
}) {}

export const refuse = (variable: string, message: string) =>
  new HostConfigError({ variable, message: `${variable} ${message}` })

/** An empty variable counts as one that is not set: that is how `.env` files say so. */
export const read = (variable: string) =>
  Effect.mapError(ProviderConfig.optional(variable, Schema.String), () => refuse(variable, "cannot be read"))

/** Whether it is `true`; not where nothing is set. */
export const readFlag = Effect.fnUntraced(function* (variable: string) {
  const text = (yield* read(variable)) ?? "false"
  return text === "true" || text === "false" ? text === "true" : yield* refuse(variable, "must be true or false")
})

/** A whole number within bounds; `null` where none is set. */
export const readWhole = Effect.fnUntraced(function* (
  variable: string,
  { maximum, minimum }: { readonly minimum: number; readonly maximum: number }
) {
  const text = yield* read(variable)
  if (text === null) return null
  const whole = Number(text)
  return Number.isInteger(whole) && whole >= minimum && whole <= maximum
    ? whole
    : yield* refuse(variable, `must be a whole number, ${minimum} to ${maximum}`)
})
