/** What tenants decided about their lines. */
import { VoipSettings } from "@careline/domain"
import { Settings, StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schema } from "effect"
import { asStorage } from "./Database.ts"
import { tenantColumn } from "./rows.ts"
import { Sealing } from "./sealing/Sealing.ts"

const decode = Schema.decodeUnknownEffect(VoipSettings.VoipSettings)

export const layer = Layer.effect(
  Settings,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const sealing = yield* Sealing
    return Settings.of({
      effective: (tenants) =>
        Effect.gen(function* () {
          const columns = tenants.map(tenantColumn)
          const rows = yield* sql<{
            readonly site_grouping_id: string
            readonly is_active: boolean
            readonly settings: object | null
          }>`
            select c.id as site_grouping_id, s.deactivated_at is null as is_active, v.settings
            from unnest(${[...new Set(["", ...columns])]}::text[]) c (id)
            left join site_groupings s on s.id = c.id
            left join voip_settings v on v.site_grouping_id = c.id`
          const known = new Map<string, VoipSettings.VoipSettings>()
          const inactive = new Set<string>()
          for (const { is_active, settings, site_grouping_id: id } of yield* sealing.open("voip_settings", rows)) {
            // Settings that were stored before a field existed get that field's default.
            if (settings !== null) known.set(id, yield* decode({ ...VoipSettings.defaults, ...settings }))
            if (!is_active) inactive.add(id)
          }
          return columns.map((column) => {
            const settings = known.get(column) ?? known.get("") ?? VoipSettings.defaults
            return inactive.has(column) ? { ...settings, voipEnabled: false } : settings
          })
        }).pipe(
          Effect.catchTag("SchemaError", () =>
            Effect.fail(
              new StorageError({
                operation: "settings.effective",
                reason: new StoreFault({ message: "stored settings cannot be read" })
              })
            )
          ),
          asStorage("settings.effective")
        ),
      put: (tenant, settings) =>
        Effect.gen(function* () {
          yield* sql`insert into site_groupings (id) values (${tenantColumn(tenant)}) on conflict do nothing`
          const [row] = yield* sealing.seal("voip_settings", [{ site_grouping_id: tenantColumn(tenant), settings }])
          yield* sql`
            insert into voip_settings (site_grouping_id, settings)
            values (${tenantColumn(tenant)}, ${JSON.stringify(row!.settings)}::jsonb)
            on conflict (site_grouping_id) do update set settings = excluded.settings, updated_at = careline_now()`
        }).pipe(Effect.asVoid, asStorage("settings.put"))
    })
  })
)
