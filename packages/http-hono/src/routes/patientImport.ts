/** Patients from a CSV file, which is no JSON, and so no `Route`. */
import * as Application from "@careline/application"
import { Effect } from "effect"
import type { Context, Hono } from "hono"
import { ADMINS, type Authenticate, tenantFor } from "../auth/Auth.ts"
import { identify } from "../auth/Identify.ts"
import { BodyTooLarge, MalformedRequest, UnsupportedMediaType } from "../http/Errors.ts"
import type { HostRuntime } from "../http/HostRuntime.ts"
import { readQuery } from "../openapi/ReadHttp.ts"
import { asking, audited } from "../openapi/Refused.ts"
import { respond } from "../openapi/Respond.ts"
import type { Services } from "../Services.ts"
import { TenantOnly, tenantOfQuery } from "./Api.ts"

const PATH = "/api/v1/patients/import"

/** RFC 7111; another charset than UTF-8 would be read as what it does not say. */
const CSV_TYPE = /^text\/csv(?:\s*;\s*(?:charset="?utf-8"?|header=(?:present|absent)))*\s*$/i

const handle = Effect.fnUntraced(function* (context: Context, authenticate: Authenticate) {
  const known = asking(context, "importPatients")
  const caller = yield* identify((name) => context.req.header(name), authenticate, ADMINS, known)
  const { siteGroupingId } = yield* readQuery(TenantOnly, context)
  const tenant = yield* tenantFor(caller, tenantOfQuery(siteGroupingId))
  if (!CSV_TYPE.test(context.req.header("content-type") ?? "")) {
    return yield* new UnsupportedMediaType({ message: "The body must be text/csv in UTF-8" })
  }
  const { patientFileBytes } = yield* Application.Limits.Limits
  const bytes = yield* Effect.tryPromise({
    try: () => Application.WebhookHttp.readBody(context.req.raw, patientFileBytes),
    catch: () => new MalformedRequest({ message: "The body cannot be read" })
  })
  if (bytes === null) return yield* new BodyTooLarge({ message: `The file may have ${patientFileBytes} bytes` })
  return { status: 200 as const, body: yield* Application.importPatients(caller, tenant, bytes) }
})

/** Where patients are imported. */
export const mountPatientImport = (app: Hono, runtime: HostRuntime<Services>, authenticate: Authenticate): void => {
  app.post(PATH, (context) => respond(context, runtime, audited(context, handle(context, authenticate))))
}
