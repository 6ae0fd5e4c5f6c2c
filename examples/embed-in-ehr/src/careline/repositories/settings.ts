/** What site groups decided about their lines, and what all of them inherit. */
import { VoipSettings } from "@careline/domain"
import type { Plain, Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, inScope, rowOf, scopeOf, upsert } from "./rows.ts"

type Named = Plain<VoipSettings.Edit>

interface LineSettings {
  readonly siteGroupingId: string | null
  readonly settings: Named
}

const FIELDS: Fields<LineSettings> = {
  siteGroupingId: "site_group_id",
  settings: "settings"
}

export const settings: Repositories<Queryable>["settings"] = (db) => {
  const named = async (tenants: ReadonlyArray<string | null>): Promise<ReadonlyArray<Named>> => {
    const { rows } = await db.query<LineSettings>(
      `select ${columnsOf("s", FIELDS)} from line_settings s where ${inScope("s", "$1")}`,
      [scopeOf(tenants)]
    )
    const known = new Map(rows.map(({ settings, siteGroupingId }) => [siteGroupingId, settings]))
    return tenants.map((tenant) => known.get(tenant) ?? {})
  }

  const platform = async () => {
    const { rows } = await db.query<{ settings: VoipSettings.PlatformEdit }>(
      "select settings from platform_line_settings"
    )
    return rows[0]?.settings ?? {}
  }

  return {
    named,
    platform,
    effective: async (tenants) => {
      const inherited = await platform()
      return (await named(tenants)).map((own) => VoipSettings.resolve(own as VoipSettings.Edit, inherited))
    },

    put: (siteGroupingId, settings) =>
      upsert(db, "line_settings", ["site_group_id"], [rowOf(FIELDS, { siteGroupingId, settings })]),

    putPlatform: (settings) => upsert(db, "platform_line_settings", ["id"], [{ id: true, settings }]),

    lock: async () => {
      await db.query("select pg_advisory_xact_lock(hashtextextended('line settings', 0))")
    }
  }
}
