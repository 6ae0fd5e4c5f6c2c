/** The header that makes two requests one. */
import { MAX_KEY } from "@careline/application"
import { Effect } from "effect"
import { MalformedRequest } from "../http/Errors.ts"
import type { Request } from "./Route.ts"

/** The key of a request; `null` where it has none. */
export const idempotencyKey = ({
  header
}: Pick<Request<unknown, unknown>, "header">): Effect.Effect<string | null, MalformedRequest> => {
  const key = header("idempotency-key") ?? null
  return key !== null && (key === "" || key.length > MAX_KEY)
    ? Effect.fail(new MalformedRequest({ message: `Idempotency-Key must have 1 to ${MAX_KEY} characters` }))
    : Effect.succeed(key)
}
