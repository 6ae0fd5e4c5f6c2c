/**
 * Wake-ups between processes over LISTEN/NOTIFY: one connection of this process listens, and everybody in it hears. A
 * lost connection is opened again, and counts as a wake-up of every kind: what was missed is looked for.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, PubSub, Queue, Schedule, Stream } from "effect"

const CHANNEL = "careline"

export type Topic = "inbox" | "outbox" | "broadcast"

const RECONNECT_EVERY = Duration.millis(500)

export class Wakeups extends Context.Service<Wakeups, { readonly wakeups: (topic: Topic) => Stream.Stream<void> }>()(
  "careline/adapter-postgres/Wakeups"
) {
  static readonly layer: Layer.Layer<Wakeups, never, PgClient.PgClient> = Layer.effect(
    Wakeups,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const heard = yield* PubSub.sliding<Topic | "all">(256)

      const listen = Effect.scoped(
        Effect.gen(function* () {
          const notifications = yield* sql.listen(CHANNEL)
          yield* PubSub.publish(heard, "all")
          yield* Effect.forever(
            Effect.flatMap(Queue.take(notifications), ({ payload }) => PubSub.publish(heard, payload as Topic))
          )
        })
      )
      yield* Effect.forkScoped(
        listen.pipe(
          Effect.tapCause(() => Effect.logWarning("Lost the connection that listens for wake-ups; opening another")),
          Effect.ignoreCause,
          Effect.repeat(Schedule.spaced(RECONNECT_EVERY))
        )
      )

      return Wakeups.of({
        wakeups: (topic) =>
          Stream.fromPubSub(heard).pipe(
            Stream.filter((one) => one === topic || one === "all"),
            Stream.map(() => undefined)
          )
      })
    })
  )
}
