/** Whom we know: patients, users and facilities by their phones, and whether somebody exists where a thread is. */
import type { PlainDirectory } from "@careline/application/promise"
import type { Queryable } from "../ehr/database.ts"

interface Card {
  readonly siteGroupingId: string
  readonly contact: string
  readonly name: string
  readonly timeZone: string | null
}

/** A patient goes before a user, and a user before a facility, who may all be reached at one phone. */
const CARDS = `
  select distinct on (key.site_group_id, key.phone)
    key.site_group_id as "siteGroupingId", key.phone as contact, known.name, known.time_zone as "timeZone"
  from unnest($1::bigint[], $2::text[]) as key (site_group_id, phone)
  join (
    select 1 as rank, f.site_group_id, p.phone, p.given_name || ' ' || p.family_name as name, f.time_zone, p.id
    from patients p join facilities f on f.id = p.facility_id
    union all
    select 2, m.site_group_id, u.phone, u.display_name, null, u.id
    from users u join user_site_groups m on m.user_id = u.id
    union all
    select 3, site_group_id, phone, name, time_zone, id from facilities
  ) as known using (site_group_id, phone)
  order by key.site_group_id, key.phone, known.rank, known.id`

/** Ids of a kind that the site group does not have. An id that is no number is nobody's. */
const MISSING = `
  select asked.id from unnest($2::text[], $3::text[]) as asked (kind, id)
  where not exists (
    select from (
      select 'patient' as kind, p.id, f.site_group_id from patients p join facilities f on f.id = p.facility_id
      union all
      select 'facility', id, site_group_id from facilities
      union all
      select 'user', user_id, site_group_id from user_site_groups
      union all
      select 'user', u.id, g.id from users u cross join site_groups g where u.role = 'system_admin'
    ) as known
    where known.kind = asked.kind and known.id::text = asked.id and known.site_group_id = $1
  )`

export const directory: PlainDirectory<Queryable> = (db) => ({
  contacts: async (keys) => {
    // What is in no site group is nobody's patient.
    const ours = keys.filter(({ siteGroupingId }) => siteGroupingId !== null)
    if (ours.length === 0) return []
    const { rows } = await db.query<Card>(CARDS, [
      ours.map(({ siteGroupingId }) => siteGroupingId),
      ours.map(({ contact }) => contact)
    ])
    return rows
  },

  missing: async (siteGroupId, { facilityIds, patientIds, userIds }) => {
    const asked = [
      ...patientIds.map((id) => ["patient", id] as const),
      ...facilityIds.map((id) => ["facility", id] as const),
      ...userIds.map((id) => ["user", id] as const)
    ]
    const { rows } = await db.query<{ id: string }>(MISSING, [
      siteGroupId,
      asked.map(([kind]) => kind),
      asked.map(([, id]) => id)
    ])
    return rows.map(({ id }) => id)
  }
})
