/** Sets security headers on every answer but a webhook's and a link's, which have their own. */
import type { Hono, MiddlewareHandler } from "hono"
import { cors } from "hono/cors"
import { secureHeaders } from "hono/secure-headers"
import type { HttpOptions } from "./HttpOptions.ts"

/** A year, which is what browsers' own lists ask for. */
const HSTS = "max-age=31536000"
/** How long a browser keeps the answer to a preflight request, in seconds. */
const PREFLIGHT_SECONDS = 600
/** An answer of the API is no page: it loads nothing and stands in no frame. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'"

const answers: MiddlewareHandler = async (context, next) => {
  await next()
  const { headers } = context.res
  if (!headers.has("content-security-policy")) headers.set("content-security-policy", NO_PAGE)
  if (context.req.path.startsWith("/api/")) headers.set("cache-control", "no-store")
}

export const mountSecurityHeaders = (app: Hono, { corsOrigins, isHttps }: HttpOptions): void => {
  app.use(
    secureHeaders({
      strictTransportSecurity: isHttps ? HSTS : false,
      referrerPolicy: "no-referrer",
      xFrameOptions: "DENY"
    })
  )
  app.use(answers)
  if (corsOrigins.length === 0) return
  app.use(
    "/api/*",
    cors({
      origin: [...corsOrigins],
      allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
      allowHeaders: [
        "authorization",
        "content-type",
        "idempotency-key",
        "last-event-id",
        "x-break-glass",
        "x-purpose-of-use",
        "x-request-id"
      ],
      exposeHeaders: ["retry-after", "x-request-id"],
      maxAge: PREFLIGHT_SECONDS
    })
  )
}
