/** Reads the `Idempotency-Key` header, which makes two requests one. */
import { IdempotencyKey } from "@careline/application"
import { Effect, Schema } from "effect"
import { MalformedRequest } from "../http/Errors.ts"
import type { Request } from "./Route.ts"

const decode = Schema.decodeUnknownEffect(IdempotencyKey)

/** The key of a request; `null` where it has none. */
export const idempotencyKey = ({
  header
}: Pick<Request<unknown, unknown>, "header">): Effect.Effect<string | null, MalformedRequest> => {
  const key = header("idempotency-key") ?? null
  return key === null
    ? Effect.succeed(null)
    : Effect.mapError(decode(key), ({ message }) => new MalformedRequest({ message: `Idempotency-Key: ${message}` }))
}
