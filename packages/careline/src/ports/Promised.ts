/** A port as plain async functions. */
import type { Effect, Stream } from "effect"
import type { Plain } from "./Plain.ts"

/** A port's operations, each an async function of plain data. What streams is an async iterable. */
export type Promised<Port> = {
  readonly [K in keyof Port as Port[K] extends (...args: never) => unknown ? K : never]: Port[K] extends (
    ...args: infer Args
  ) => infer Result
    ? Result extends Effect.Effect<infer A, infer _E, infer _R>
      ? (...args: Plain<Args>) => Promise<Plain<A>>
      : Result extends Stream.Stream<infer A, infer _E, infer _R>
        ? (...args: Plain<Args>) => AsyncIterable<Plain<A>>
        : never
    : never
}
