/** Writes down a deed of a member of staff, in the ambient transaction. */
import type { Tenant } from "@careline/domain"
import { AuditLog } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { Actor } from "./Actor.ts"

export const audit = Effect.fnUntraced(function* (
  actor: Actor,
  tenant: Tenant,
  action: string,
  subject: string,
  detail: Readonly<Record<string, string | number | boolean | null>> = {}
) {
  const at = yield* DateTime.now
  yield* (yield* AuditLog).record([{ siteGroupingId: tenant, actor: actor.userId, action, subject, detail, at }])
})
