/** Bytes in and out: files that staff upload, and the links to what is kept. Neither is JSON, so neither is a `Route`. */
import * as Application from "@careline/application"
import { Effect, Exit } from "effect"
import type { Context, Hono } from "hono"
import { type Authenticate, STAFF, tenantFor } from "../auth/Auth.ts"
import { BodyTooLarge } from "../http/Errors.ts"
import { TenantOnly, tenantOfQuery } from "./Api.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { identify } from "../auth/Identify.ts"
import type { ServeLink } from "../http/ServeLink.ts"
import { readQuery } from "../openapi/ReadHttp.ts"
import { asking, audited } from "../openapi/Refused.ts"
import { respond } from "../openapi/Respond.ts"
import type { Services } from "../Services.ts"

const UPLOAD_PATH = "/api/v1/media"

const upload = Effect.fnUntraced(function* (context: Context, authenticate: Authenticate) {
  const caller = yield* identify(
    (name) => context.req.header(name),
    authenticate,
    STAFF,
    asking(context, "uploadMedia")
  )
  const { siteGroupingId } = yield* readQuery(TenantOnly, context)
  const tenant = yield* tenantFor(caller, tenantOfQuery(siteGroupingId))
  const { mediaBytes } = yield* Application.Limits.Limits
  const bytes = yield* Effect.promise(() => Application.WebhookHttp.readBody(context.req.raw, mediaBytes))
  if (bytes === null) return yield* new BodyTooLarge({ message: `The file may have ${mediaBytes} bytes` })
  const contentType = context.req.header("content-type") ?? null
  return { status: 201 as const, body: yield* Application.uploadMedia(caller, tenant, { bytes, contentType }) }
})

/** Where files are uploaded to. */
export const mountUploads = (app: Hono, runtime: HostRuntime<Services>, authenticate: Authenticate): void => {
  app.post(UPLOAD_PATH, (context) => respond(context, runtime, audited(context, upload(context, authenticate))))
}

/** Where links lead: no login and no cookie, because the link itself is the permission. */
export const mountLinks = (app: Hono, runtime: HostRuntime<never>, serve: ServeLink): void => {
  // Hono asks the handler of GET for HEAD as well.
  app.get(`${serve.path}/*`, async (context) => {
    const url = new URL(context.req.url)
    asking(context, "followLink")
    const exit = await runtime.runPromiseExit(
      serve.answer({ method: context.req.method, target: url.pathname + url.search, headers: context.req.header() })
    )
    if (Exit.isFailure(exit)) return context.body(null, 500)
    const { body, headers, status } = exit.value
    return new Response(body === null ? null : new Uint8Array(body), { status, headers })
  })
}
