/** What site groups decided about their lines. */
import type { Plain, Repositories } from "@careline/application/promise"
import { VoipSettings } from "@careline/domain"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, inScope, rowOf, scopeOf, upsert } from "./rows.ts"

type Settings = Plain<VoipSettings.VoipSettings>

interface LineSettings {
  readonly siteGroupingId: string | null
  /** What was stored before a field existed lacks it. */
  readonly settings: Partial<Settings>
}

const FIELDS = {
  site_group_id: "siteGroupingId",
  settings: "settings"
} as const satisfies Fields<LineSettings>

export const settings: Repositories<Queryable>["settings"] = (db) => ({
  effective: async (tenants) => {
    const { rows } = await db.query<LineSettings>(
      `select ${columnsOf("s", FIELDS)} from line_settings s where ${inScope("s", "$1")}`,
      [scopeOf([null, ...tenants])]
    )
    const known = new Map(
      rows.map(({ settings, siteGroupingId }) => [siteGroupingId, { ...VoipSettings.defaults, ...settings }])
    )
    return tenants.map((tenant) => known.get(tenant) ?? known.get(null) ?? VoipSettings.defaults)
  },

  put: (siteGroupingId, settings) =>
    upsert(db, "line_settings", ["site_group_id"], [rowOf<LineSettings>(FIELDS, { siteGroupingId, settings })])
})
