/** One port of plain async functions, as effects and streams. */
import { placeOf, StorageError, StoreFault } from "@careline/ports"
import { Effect, Option, Stream } from "effect"
import { fromPlain, toPlain } from "./Plain.ts"
import { Open } from "./PlainTransaction.ts"
import { plainWakeups } from "./PlainWakeups.ts"
import { refusal, storageError } from "./Refusal.ts"
import type { Classify, Over, Wakes } from "./Repositories.ts"

type Operation = (...args: ReadonlyArray<unknown>) => unknown

/** What was answered, as the model has it. A date that is no time, for one, has no place there. */
const understand = (operation: string, answer: unknown): unknown => {
  try {
    return fromPlain(answer)
  } catch (error) {
    const reason = new StoreFault({ message: `an answer that cannot be read: ${placeOf(error, 1)}` })
    throw new StorageError({ operation, reason })
  }
}

/** The operations of the port, each on the handle of the transaction that the caller is in, or on `db`. */
export const plainPort = <Db>(name: string, db: Db, over: Over<Db, object>, classify: Classify | undefined) => {
  const find = (handle: Db, method: string): Operation => {
    const port = over(handle) as Readonly<Record<string, Operation>>
    return (...args) => port[method]!(...args.map(toPlain))
  }

  const call =
    (method: string, read: (answer: unknown) => unknown = (answer) => answer) =>
    (...args: ReadonlyArray<unknown>): Effect.Effect<never, never> =>
      Effect.flatMap(Open, (open) => {
        const operation = `${name}.${method}`
        const attempt = Effect.tryPromise({
          try: async () =>
            read(understand(operation, await find(open === null ? db : (open.tx as Db), method)(...args))),
          catch: (error) => refusal(operation, error, classify)
        })
        // A statement of a transaction ends before the transaction does.
        return open === null ? attempt : Effect.uninterruptible(attempt)
      }) as Effect.Effect<never, never>

  const stream =
    (method: string) =>
    (...args: ReadonlyArray<unknown>): Stream.Stream<never, never> => {
      const operation = `${name}.${method}`
      const refuse = (error: unknown) => storageError(operation, error, classify)
      const begin = Effect.try({
        try: () => {
          const iterator = (find(db, method)(...args) as AsyncIterable<unknown>)[Symbol.asyncIterator]()
          return Stream.fromAsyncIterable({ [Symbol.asyncIterator]: () => iterator }, refuse)
        },
        catch: refuse
      })
      return Stream.unwrap(begin).pipe(
        Stream.mapEffect((item) => Effect.try({ try: () => understand(operation, item), catch: refuse }))
      ) as Stream.Stream<never, never>
    }

  const named = <Method extends string>(methods: ReadonlyArray<Method>, read?: (answer: unknown) => unknown) =>
    Object.fromEntries(methods.map((method) => [method, call(method, read)])) as Record<Method, ReturnType<typeof call>>

  return {
    calls: <Method extends string>(...methods: ReadonlyArray<Method>) => named(methods),
    /** Of a look-up `null` and `undefined` are nothing. */
    lookUps: <Method extends string>(...methods: ReadonlyArray<Method>) => named(methods, Option.fromNullishOr),
    stream,
    wakeups: plainWakeups(name, () => over(db) as Wakes)
  }
}
