/** Errors as a client reads them: RFC 9457. */
import { STATUS_CODES } from "node:http"
import type { ErrorRequestHandler, RequestHandler } from "express"
import { ZodError } from "zod"
import { logError } from "./log.ts"

export class Problem extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

/** What is not there, and what another site group has: the answer does not tell them apart. */
export const notFound = (): Problem => new Problem(404, "There is no such thing")

export const unknownRoute: RequestHandler = () => {
  throw notFound()
}

const membersOf = (error: unknown): { readonly status: number; readonly [member: string]: unknown } => {
  if (error instanceof Problem) return { status: error.status, detail: error.message }
  if (error instanceof ZodError) {
    const errors = error.issues.map(({ message, path }) => ({ pointer: `#/${path.join("/")}`, detail: message }))
    return { status: 400, detail: "The request is not as expected", errors }
  }
  // What Express itself refuses, such as a body that is no JSON.
  const { status } = error as { readonly status?: unknown }
  return { status: typeof status === "number" && status >= 400 && status < 500 ? status : 500 }
}

export const problemDetails: ErrorRequestHandler = (error, _req, res, next) => {
  const members = membersOf(error)
  if (members.status >= 500) logError("request", error)
  if (res.headersSent) {
    next(error)
    return
  }
  res
    .status(members.status)
    .type("application/problem+json")
    .send(JSON.stringify({ type: "about:blank", title: STATUS_CODES[members.status], ...members }))
}
