/** What could be seen of an adapter's work: in its results, its errors, its spans, its logs and in itself. */
import { Cause, Effect, Exit, Logger, Tracer } from "effect"
import { inspect } from "node:util"

/** Everything that a log, a trace or an error page could make of a value. */
export const shownAs = (value: unknown): string =>
  [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part)),
    String(value),
    Exit.isExit(value) && Exit.isFailure(value) ? Cause.pretty(value.cause) : ""
  ].join("\n")

/** Runs with every span and log line kept, and returns them with the exit. */
export const watched = <A, E>(
  effect: Effect.Effect<A, E>
): Effect.Effect<{ readonly exit: Exit.Exit<A, E>; readonly seen: ReadonlyArray<unknown> }> =>
  Effect.gen(function* () {
    const seen: Array<unknown> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        seen.push(span)
        return span
      }
    })
    const exit = yield* Effect.exit(effect).pipe(
      Effect.withTracer(tracer),
      Effect.provide(Logger.layer([Logger.make((entry) => void seen.push(entry.message, entry.cause))]))
    )
    return { exit, seen }
  })
