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
          const rows = yield* sql<{ readonly site_grouping_id: string; readonly settings: object }>`
            select site_grouping_id, settings from voip_settings where site_grouping_id = any(${["", ...columns]}::text[])`
          const opened = yield* sealing.open("voip_settings", rows)
          const known = new Map<string, VoipSettings.VoipSettings>()
          for (const row of opened) {
            // Settings that were stored before a field existed get that field's default.
            known.set(row.site_grouping_id, yield* decode({ ...VoipSettings.defaults, ...row.settings }))
          }
          return columns.map((column) => known.get(column) ?? known.get("") ?? VoipSettings.defaults)
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
