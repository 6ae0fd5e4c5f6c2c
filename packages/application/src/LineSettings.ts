/** What a tenant decided about its line. A change holds from the next decision on; a running timer keeps its due time. */
import type { Tenant, VoipSettings } from "@careline/domain"
import { Settings, Transaction } from "@careline/ports"
import { Effect } from "effect"
import { byStaff } from "./Access.ts"
import { type Actor, assertSees } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { readSettings } from "./ReadRequest.ts"

const effective = Effect.fnUntraced(function* (tenant: Tenant) {
  const [settings] = yield* (yield* Settings).effective([tenant])
  return settings!
})

/** What holds for the tenant: its own decisions, else the system-wide ones, else the defaults. */
export const lineSettings = Effect.fnUntraced(function* (actor: Actor, tenant: Tenant) {
  yield* assertSees(actor, tenant)
  return yield* effective(tenant)
}, byStaff)

/** Changes what is named and keeps the rest as it holds for the tenant now. */
export const changeLineSettings = Effect.fn("changeLineSettings")(function* (
  actor: Actor,
  tenant: Tenant,
  edit: VoipSettings.Edit
) {
  yield* assertSees(actor, tenant)
  // Only what is named is looked at: what was stored under older rules keeps nobody from changing the rest.
  const named = yield* readSettings(edit)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const settings: VoipSettings.VoipSettings = { ...(yield* effective(tenant)), ...named }
      yield* (yield* Settings).put(tenant, settings)
      yield* audit(actor, tenant, "settings.change", `settings:${tenant ?? "system"}`, {
        fields: Object.keys(named).toSorted().join(",")
      })
      return settings
    })
  )
}, byStaff)
