/** Answers a known path that is asked with another method. */
import { Problem } from "@careline/application"
import type { Hono } from "hono"
import { problemResponse } from "./Respond.ts"

/** Every path of the app so far answers 405 to methods that it does not take, and names those that it does (RFC 9110, 15.5.6). */
export const mountMethodNotAllowed = (app: Hono): void => {
  const methods = new Map<string, Set<string>>()
  for (const { method, path } of app.routes) {
    if (method === "ALL" || path.endsWith("*")) continue
    methods.set(path, (methods.get(path) ?? new Set()).add(method))
  }
  for (const [path, known] of methods) {
    const allow = [...known, ...(known.has("GET") ? ["HEAD"] : [])].toSorted().join(", ")
    app.all(path, (context) => {
      const response = problemResponse(
        context,
        Problem.problem("method-not-allowed", 405, "The method is not allowed here", { detail: `Allowed: ${allow}` })
      )
      response.headers.set("allow", allow)
      return response
    })
  }
}
