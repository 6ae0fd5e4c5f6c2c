/** The id under which a request stands in the log, given by the client or by us. */
import type { Context, MiddlewareHandler } from "hono"

const KEY = "requestId"
const ACCEPTABLE = /^[\w.:-]{1,128}$/

export const requestIdOf = (context: Context): string => String(context.get(KEY) ?? "-")

/** Gives a request the id that it stands in the log under. */
export const nameRequest = (context: Context, id: string = crypto.randomUUID()): string => {
  context.set(KEY, id)
  return id
}

export const requestId: MiddlewareHandler = async (context, next) => {
  const given = context.req.header("x-request-id")
  const id = nameRequest(context, given !== undefined && ACCEPTABLE.test(given) ? given : undefined)
  await next()
  context.res.headers.set("x-request-id", id)
}
