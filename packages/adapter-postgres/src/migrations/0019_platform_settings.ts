/**
 * What the platform decides for all tenants stands in a table of its own: the settings of the system-wide space are nobody
 * else's. Values in the audit log that are contact data stand in a column of their own, which is sealed.
 */
import { STAFF_ROLE, TENANTS_SETTING, WORKERS_ROLE } from "../row-level-security/RowLevelSecurity.ts"
import { grant } from "./0008_row_level_security.ts"
import { run } from "./run.ts"

/** What tenants inherit. */
const INHERITED = ["voipEnabled", "escalationTimerMinutes", "quietHours", "dailyLimitPerContact", "callHandling"]

export default run([
  // The owner is held back by row-level security as well.
  `set local ${TENANTS_SETTING} = 'all'`,

  `create table platform_settings (
     id boolean primary key default true check (id),
     settings jsonb not null,
     updated_at timestamptz not null default careline_now()
   )`,
  `alter table platform_settings enable row level security, force row level security`,
  // Everybody's decisions follow it; who sees all tenants makes it.
  `create policy inherited on platform_settings for select to ${STAFF_ROLE}
     using ((select careline_tenants()) is not null)`,
  `create policy platform on platform_settings
     using ((select careline_everybody()) and (select careline_tenants()) is null)
     with check ((select careline_everybody()) and (select careline_tenants()) is null)`,
  `create policy workers on platform_settings for select to ${WORKERS_ROLE} using (true)`,
  ...grant("platform_settings", { staff: "select, insert, update", workers: "select" }),

  // What held for all tenants goes on to hold, but for what no tenant inherits. Sealed settings cannot be read here: an
  // administrator of a sealed database names the platform's anew.
  `insert into platform_settings (settings)
   select coalesce(jsonb_object_agg(f.key, f.value), '{}') from voip_settings v cross join lateral jsonb_each(v.settings) f
   where v.site_grouping_id = '' and jsonb_typeof(v.settings) = 'object'
     and f.key in (${INHERITED.map((field) => `'${field}'`).join(", ")})`,
  `drop policy defaults on voip_settings`,

  `alter table audit_log add column sealed text`
])
