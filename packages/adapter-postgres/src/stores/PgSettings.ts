/** What tenants decided about their lines. */
import { VoipSettings } from "@careline/domain"
import { Settings, StorageError, StoreFault } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer, Schema } from "effect"
import { asStorage } from "../sql/StorageErrors.ts"
import { lock } from "../sql/lock.ts"
import { recordTenants, tenantColumn } from "../sql/rows.ts"
import { encode, FieldEncryption } from "../encryption/FieldEncryption.ts"
import { voipSettings } from "../tables/Tables.ts"

const decode = Schema.decodeUnknownEffect(VoipSettings.Kept)
const decodePlatform = Schema.decodeUnknownEffect(VoipSettings.KeptPlatform)

interface Known {
  readonly isActive: boolean
  readonly named: VoipSettings.Edit
  readonly platform: VoipSettings.PlatformEdit
}

/** The error quotes what it could not read. */
const asRead =
  (operation: string) =>
  <A, E, R>(effect: Effect.Effect<A, E | Schema.SchemaError, R>) =>
    effect.pipe(
      Effect.catchIf(Schema.isSchemaError, () =>
        Effect.fail(
          new StorageError({ operation, reason: new StoreFault({ message: "stored settings cannot be read" }) })
        )
      ),
      asStorage(operation)
    )

export const layer = Layer.effect(
  Settings,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    /** What each of the tenants named, by its column, whether it was deactivated, and what it inherits. */
    const load = Effect.fnUntraced(function* (columns: ReadonlyArray<string>) {
      const rows = yield* sql<{
        readonly site_grouping_id: string
        readonly is_active: boolean
        readonly settings: object | null
        readonly platform: object | null
      }>`
        select c.id as site_grouping_id, s.deactivated_at is null as is_active, v.settings,
          (select p.settings from platform_settings p) as platform
        from unnest(${[...new Set(columns)]}::text[]) c (id)
        left join site_groupings s on s.id = c.id
        left join voip_settings v on v.site_grouping_id = c.id`
      const known = new Map<string, Known>()
      const platform = yield* decodePlatform(rows[0]?.platform ?? {})
      for (const { is_active, settings, site_grouping_id: id } of yield* encryption.decrypt(voipSettings, rows)) {
        known.set(id, { isActive: is_active, named: yield* decode(settings ?? {}), platform })
      }
      return columns.map((column) => known.get(column)!)
    })

    return Settings.of({
      effective: (tenants) =>
        load(tenants.map(tenantColumn)).pipe(
          Effect.map((known) =>
            known.map(({ isActive, named, platform }) => {
              const settings = VoipSettings.resolve(named, platform)
              return isActive ? settings : { ...settings, voipEnabled: false }
            })
          ),
          asRead("settings.effective")
        ),
      named: (tenants) =>
        load(tenants.map(tenantColumn)).pipe(
          Effect.map((known) => known.map(({ named }) => named)),
          asRead("settings.named")
        ),
      put: (tenant, settings) =>
        Effect.gen(function* () {
          // Settings refer to their tenant. Whether there is to be such a tenant, the use case has decided.
          yield* recordTenants(sql, [tenant])
          const rows = yield* encode(encryption, voipSettings, [{ siteGroupingId: tenant, settings }])
          yield* sql`
            ${voipSettings.insert(rows)}
            on conflict (site_grouping_id) do update set ${voipSettings.changes("excluded")}, updated_at = careline_now()`
        }).pipe(Effect.asVoid, asStorage("settings.put")),
      platform: () =>
        sql<{ readonly settings: object }>`select settings from platform_settings`.pipe(
          Effect.flatMap(([row]) => decodePlatform(row?.settings ?? {})),
          asRead("settings.platform")
        ),
      putPlatform: (settings) =>
        sql`
          insert into platform_settings (settings) values (${JSON.stringify(settings)}::jsonb)
          on conflict (id) do update set settings = excluded.settings, updated_at = careline_now()`.pipe(
          Effect.asVoid,
          asStorage("settings.putPlatform")
        ),
      lock: () => lock(sql, "settings").pipe(Effect.asVoid, asStorage("settings.lock"))
    })
  })
)
