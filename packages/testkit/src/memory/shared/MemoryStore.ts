/**
 * The state behind all memory ports, and its transactions.
 *
 * A transaction works on a draft of its own, which replaces the committed state when it succeeds and is dropped when it
 * does not. Transactions run one after the other. A write outside of one is a transaction by itself.
 */
import { Context, Effect, Layer, Ref, Semaphore, type Stream, SubscriptionRef } from "effect"
import { empty, type MemoryState } from "./MemoryState.ts"

/** The draft of the ambient transaction. */
const Draft = Context.Reference<Ref.Ref<MemoryState> | null>("careline/testkit/memory/MemoryStore/Draft", {
  defaultValue: () => null
})

export class MemoryStore extends Context.Service<
  MemoryStore,
  {
    /** What the ambient transaction sees, or what is committed. */
    readonly read: <A>(f: (state: MemoryState) => A) => Effect.Effect<A>
    readonly update: (f: (state: MemoryState) => MemoryState) => Effect.Effect<void>
    readonly modify: <A>(f: (state: MemoryState) => readonly [A, MemoryState]) => Effect.Effect<A>
    /** Nested, it joins the outer transaction; failed and recovered from there, nothing of it is left. */
    readonly transact: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
    /** The committed state, now and after every commit. */
    readonly commits: Stream.Stream<MemoryState>
  }
>()("careline/testkit/memory/MemoryStore") {
  static readonly layer: Layer.Layer<MemoryStore> = Layer.effect(
    MemoryStore,
    Effect.gen(function* () {
      const committed = yield* SubscriptionRef.make(empty)
      const lock = yield* Semaphore.make(1)

      const begin = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        lock.withPermit(
          Effect.uninterruptibleMask((restore) =>
            Effect.suspend(() => {
              const draft = Ref.makeUnsafe(SubscriptionRef.getUnsafe(committed))
              return restore(Effect.provideService(effect, Draft, draft)).pipe(
                Effect.tap(() => SubscriptionRef.set(committed, Ref.getUnsafe(draft)))
              )
            })
          )
        )

      const join = <A, E, R>(effect: Effect.Effect<A, E, R>, draft: Ref.Ref<MemoryState>): Effect.Effect<A, E, R> =>
        Effect.suspend(() => {
          const savepoint = Ref.getUnsafe(draft)
          return Effect.onError(effect, () => Ref.set(draft, savepoint))
        })

      const transact = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
        Effect.flatMap(Draft, (draft) => (draft === null ? begin(effect) : join(effect, draft)))

      const modify = <A>(f: (state: MemoryState) => readonly [A, MemoryState]): Effect.Effect<A> =>
        Effect.flatMap(Draft, (draft) => (draft === null ? begin(modify(f)) : Ref.modify(draft, f)))

      return MemoryStore.of({
        read: (f) =>
          Effect.map(Draft, (draft) => f(draft === null ? SubscriptionRef.getUnsafe(committed) : Ref.getUnsafe(draft))),
        update: (f) => modify((state) => [undefined, f(state)]),
        modify,
        transact,
        commits: SubscriptionRef.changes(committed)
      })
    })
  )
}
