/** What a tenant decided about its line. A change holds from the next decision on; a running timer keeps its due time. */
import type { Tenant, VoipSettings } from "@careline/domain"
import { Settings, Transaction } from "@careline/ports"
import { Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"

export const lineSettings = Effect.fnUntraced(function* (tenant: Tenant) {
  const [settings] = yield* (yield* Settings).effective([tenant])
  return settings!
})

/** Changes what is named and keeps the rest as it holds for the tenant now. */
export const changeLineSettings = Effect.fn("changeLineSettings")(function* (
  actor: Actor,
  tenant: Tenant,
  edit: Partial<VoipSettings.VoipSettings>
) {
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const settings: VoipSettings.VoipSettings = { ...(yield* lineSettings(tenant)), ...edit }
      yield* (yield* Settings).put(tenant, settings)
      yield* audit(actor, tenant, "settings.change", `settings:${tenant ?? "system"}`, {
        fields: Object.keys(edit).toSorted().join(",")
      })
      return settings
    })
  )
})
