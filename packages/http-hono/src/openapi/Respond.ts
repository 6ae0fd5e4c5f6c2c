/** Converts an effect's exit to an HTTP response. */
import { describeFault, Problem } from "@careline/application"
import { type Cause, Effect, Exit } from "effect"
import type { Context } from "hono"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { ofCause } from "../http/Problem.ts"
import { requestIdOf } from "../http/RequestId.ts"

/** What a route answers when all is well. */
export interface RouteResponse {
  readonly status: 200 | 201 | 202 | 204
  readonly body?: unknown
  /** Where what the request began can be asked for. */
  readonly location?: string
}

/** A problem as a response of this request. */
export const problemResponse = (context: Context, problem: Problem.Problem): Response =>
  new Response(JSON.stringify({ ...problem, instance: `urn:careline:request:${requestIdOf(context)}` }), {
    status: problem.status,
    headers: {
      ...Problem.headersOf(problem),
      "x-request-id": requestIdOf(context),
      ...(problem.status === 401 ? { "www-authenticate": "Bearer" } : {})
    }
  })

/** Logs what nobody foresaw, by the request's id. Typed failures are answers, not faults. */
const logFault = (context: Context, cause: Cause.Cause<unknown>, status: number) =>
  status < 500
    ? Effect.void
    : Effect.logError("Request failed", describeFault(cause)).pipe(
        Effect.annotateLogs({ requestId: requestIdOf(context), method: context.req.method, status })
      )

export const respond = async <R>(
  context: Context,
  runtime: HostRuntime<R>,
  effect: Effect.Effect<RouteResponse, unknown, R>
): Promise<Response> => {
  const exit = await runtime.runPromiseExit(
    Effect.tapCause(effect, (cause) => logFault(context, cause, ofCause(cause).status))
  )
  if (Exit.isFailure(exit)) return problemResponse(context, ofCause(exit.cause))
  const { body, location, status } = exit.value
  if (location !== undefined) context.header("location", location)
  return body === undefined ? context.body(null, status as 204) : context.json(body as object, status as 200)
}
