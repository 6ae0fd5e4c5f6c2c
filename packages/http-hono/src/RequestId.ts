/** The id under which a request stands in the log, given by the client or by us. */
import type { Context, MiddlewareHandler } from "hono"

const KEY = "requestId"
const ACCEPTABLE = /^[\w.:-]{1,128}$/

export const requestIdOf = (context: Context): string => String(context.get(KEY) ?? "-")

export const requestId: MiddlewareHandler = async (context, next) => {
  const given = context.req.header("x-request-id")
  const id = given !== undefined && ACCEPTABLE.test(given) ? given : crypto.randomUUID()
  context.set(KEY, id)
  await next()
  context.res.headers.set("x-request-id", id)
}
