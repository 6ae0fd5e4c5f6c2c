/** The error for an embedded database that cannot be started. */
import { Effect, Schema } from "effect"

export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()("EmbeddedPostgresError", {
  /**
   * `in_use`: another host has the directory open. `unsupported`: there is no PostgreSQL for this platform, or the
   * directory cannot be reached by the user that it runs as. `failed`: a program failed; the message has its words.
   */
  reason: Schema.Literals(["in_use", "unsupported", "failed"]),
  message: Schema.String
}) {}

export const failed = (cause: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError({ reason: "failed", message: cause instanceof Error ? cause.message : String(cause) })

/** Work with files and sockets. */
export const io = <A>(work: () => Promise<A>): Effect.Effect<A, EmbeddedPostgresError> =>
  Effect.tryPromise({ try: work, catch: failed })
