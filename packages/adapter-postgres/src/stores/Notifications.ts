/**
 * Wake-ups between processes over LISTEN/NOTIFY: one connection of this process listens, and everybody in it hears. A
 * lost connection is opened again, and counts as a wake-up of every kind: what was missed is looked for.
 */
import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer, PubSub, Queue, Schedule, Stream } from "effect"

const CHANNEL = "careline"

export type Topic = "inbox" | "outbox" | "broadcast"

const RECONNECT_EVERY = Duration.millis(500)

export class Notifications extends Context.Service<
  Notifications,
  { readonly wakeups: (topic: Topic) => Stream.Stream<void> }
>()("careline/adapter-postgres/Notifications") {
  static readonly layer: Layer.Layer<Notifications, never, PgClient.PgClient> = Layer.effect(
    Notifications,
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

      return Notifications.of({
        wakeups: (topic) =>
          Stream.fromPubSub(heard).pipe(
            Stream.filter((one) => one === topic || one === "all"),
            Stream.map(() => undefined)
          )
      })
    })
  )
}
