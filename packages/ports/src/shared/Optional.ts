/**
 * Ports that a line may do without. A layer says whether it has one, `present` or `absent`; whoever looks has it in its type,
 * so that a host that says neither does not compile.
 */
import { Context, Effect, Layer, Option } from "effect"

/** Whether there is a port. */
export interface OptionalPort<in out I> {
  /** Of the type only: it tells the statement on one port from that on another. */
  readonly "~careline/ports/Optional": (_: I) => I
}

/** Whether there is one, for each of a union of ports. */
export type Optional<I> = I extends unknown ? OptionalPort<I> : never

/** Keys of ports. */
export type Ports = ReadonlyArray<Context.Key<unknown, unknown>>
/** The ports that the keys are of. */
export type IdentifierOf<P extends Ports> = P[number]["Identifier"]

const keyOf = <I, S>({ key }: Context.Key<I, S>) => Context.Service<Optional<I>, Option.Option<S>>(`${key}/optional`)

/** The port, or `undefined` on a line that does without it. */
export const of = <I, S>(port: Context.Key<I, S>): Effect.Effect<S | undefined, never, Optional<I>> =>
  Effect.map(keyOf(port), Option.getOrUndefined)

const said = <P extends Ports, R>(
  ports: P,
  say: (port: P[number]) => Effect.Effect<Option.Option<unknown>, never, R>
): Layer.Layer<Optional<IdentifierOf<P>>, never, R> =>
  Layer.effectContext(
    Effect.map(
      Effect.forEach(ports, (port) => Effect.map(say(port), (found) => Context.make(keyOf(port), found))),
      (contexts) => Context.mergeAll(...contexts) as Context.Context<Optional<IdentifierOf<P>>>
    )
  )

/** The line has these ports. */
export const present = <P extends Ports>(...ports: P): Layer.Layer<Optional<IdentifierOf<P>>, never, IdentifierOf<P>> =>
  said(ports, (port) => Effect.asSome(port as Context.Key<IdentifierOf<P>, unknown>))

/** The line does without these ports. */
export const absent = <P extends Ports>(...ports: P): Layer.Layer<Optional<IdentifierOf<P>>> =>
  said(ports, () => Effect.succeedNone)
