/** What site groups decided about their lines. */
import type { Plain, Repositories } from "@careline/application/promise"
import { VoipSettings } from "@careline/domain"
import type { Queryable } from "../../ehr/database.ts"
import { inScope, scopeOf, upsert } from "./rows.ts"

type Settings = Plain<VoipSettings.VoipSettings>

export const settings: Repositories<Queryable>["settings"] = (db) => ({
  effective: async (tenants) => {
    const { rows } = await db.query<{ siteGroupId: string | null; settings: Partial<Settings> }>(
      `select s.site_group_id as "siteGroupId", s.settings from line_settings s where ${inScope("s", "$1")}`,
      [scopeOf([null, ...tenants])]
    )
    // Settings that were stored before a field existed get that field's default.
    const known = new Map(
      rows.map(({ settings, siteGroupId }) => [siteGroupId, { ...VoipSettings.defaults, ...settings }])
    )
    return tenants.map((tenant) => known.get(tenant) ?? known.get(null) ?? VoipSettings.defaults)
  },

  put: (tenant, settings) => upsert(db, "line_settings", ["site_group_id"], [{ site_group_id: tenant, settings }])
})
