/**
 * How adapters are configured: what they read of the environment in the same way, and what options are that nobody gives. An
 * empty variable is one that is not set, as in `.env` files.
 */
import { Config, Effect, Option, Redacted, Schema } from "effect"

/** A URL over http or https, as a variable holds it. */
export const HttpUrl = Schema.String.check(
  Schema.isPattern(/^https?:\/\/[^\s/]+\S*$/, { message: "an http or https URL" })
)

/** A variable that must be there. The error names it, and never its value. */
export const required = <A>(variable: string, schema: Schema.Codec<A, string>): Effect.Effect<A, Config.ConfigError> =>
  Config.schema(schema, variable)

/** A variable that may be missing. */
export const optional = Effect.fnUntraced(function* <A>(
  variable: string,
  schema: Schema.Codec<A, string>
): Effect.fn.Return<A | null, Config.ConfigError> {
  const text = Option.getOrElse(yield* Config.option(Config.String(variable)), () => "")
  return text.trim() === "" ? null : yield* Config.schema(schema, variable)
})

const List = Schema.String.check(
  Schema.isPattern(/^[^,\s]+(\s*,\s*[^,\s]+)*$/, { message: "one or more values, separated by commas" })
)

/** The one in use first, then those that are still taken. */
export type Secrets = readonly [Redacted.Redacted, ...Array<Redacted.Redacted>]

/** One or more secrets, separated by commas: while one is rotated, the old one and the new one. */
export const secrets = (variable: string): Effect.Effect<Secrets, Config.ConfigError> =>
  Effect.map(Config.schema(Schema.RedactedFromValue(List), variable), (list) => {
    const [first = "", ...others] = Redacted.value(list)
      .split(",")
      .map((one) => one.trim())
    return [Redacted.make(first), ...others.map((one) => Redacted.make(one))]
  })

/** One secret that must be there. */
export const secret = (variable: string): Effect.Effect<Redacted.Redacted, Config.ConfigError> =>
  required(variable, Schema.RedactedFromValue(Schema.NonEmptyString))

/** Options, with a value for each. */
export type Settings<Options> = { readonly [Name in keyof Options]-?: Exclude<Options[Name], undefined> }

/** What every provider's options have. */
export interface CallOptions {
  /** How long one call may take, in milliseconds; `DEFAULT_TIMEOUT_MILLIS` when not given. */
  readonly timeoutMillis?: number | undefined
}

export const DEFAULT_TIMEOUT_MILLIS = 15_000

/** Values for the options that need not be given. */
export type Defaults<Options> = {
  readonly [Name in keyof Options as undefined extends Options[Name] ? Name : never]-?: Exclude<
    Options[Name],
    undefined
  >
}

/** The options, each that is not given with its default. */
export const withDefaults = <Options extends CallOptions>(
  options: Options,
  defaults: Defaults<Omit<Options, "timeoutMillis">>
): Settings<Options> => {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const settings: object = { timeoutMillis: DEFAULT_TIMEOUT_MILLIS, ...defaults, ...given }
  return settings as Settings<Options>
}
