/** Whom we know: patients, users and facilities by their phones, and whether somebody exists where a thread is. */
import type { PlainDirectory } from "careline"
import type { Queryable } from "../ehr/database.ts"
import { keyOf } from "./repositories/rows.ts"

interface Card {
  readonly siteGroupingId: string
  readonly contact: string
  readonly name: string | null
  readonly timeZone: string | null
  readonly patientIds: ReadonlyArray<string>
}

/**
 * Who has the phone in the site group. A name that may be another's is worse than none: where two share a phone, or a resident's
 * is the facility's own, nobody is named. Threads are linked to all patients who share it, but to none by a facility's phone.
 * Phones are compared as they are kept, which is E.164.
 */
const CARDS = `
  select key.site_group_id as "siteGroupingId", key.phone as contact,
    case count(*) when 1 then min(known.name) end as name, case count(*) when 1 then min(known.time_zone) end as "timeZone",
    case when bool_or(known.is_facility) then '{}'
      else coalesce(array_agg(known.patient_id::text order by known.patient_id) filter (where known.patient_id is not null), '{}')
    end as "patientIds"
  from unnest($1::bigint[], $2::text[]) as key (site_group_id, phone)
  cross join lateral (
    select p.given_name || ' ' || p.family_name as name, f.time_zone, p.id as patient_id, false as is_facility
    from patients p join facilities f on f.id = p.facility_id
    where p.phone = key.phone and f.site_group_id = key.site_group_id
    union all
    select u.display_name, null, null, false from users u join user_site_groups m on m.user_id = u.id
    where u.phone = key.phone and m.site_group_id = key.site_group_id
    union all
    select f.name, f.time_zone, null, true from facilities f where f.phone = key.phone and f.site_group_id = key.site_group_id
  ) as known
  group by key.site_group_id, key.phone`

/** Ids of a kind that the site group does not have. */
const MISSING = `
  select asked.id from unnest($2::text[], $3::text[], $4::bigint[]) as asked (kind, id, key)
  where not exists (
    select from patients p join facilities f on f.id = p.facility_id
    where asked.kind = 'patient' and p.id = asked.key and f.site_group_id = $1
  ) and not exists (
    select from facilities f where asked.kind = 'facility' and f.id = asked.key and f.site_group_id = $1
  ) and not exists (
    select from users u
    where asked.kind = 'user' and u.id = asked.key
      and (u.role = 'system_admin'
        or exists (select from user_site_groups m where m.user_id = u.id and m.site_group_id = $1))
  )`

export const directory: PlainDirectory<Queryable> = (db) => ({
  contacts: async (keys) => {
    // What is in no site group is nobody's patient.
    const ours = keys.filter(({ siteGroupingId }) => siteGroupingId !== null)
    if (ours.length === 0) return []
    const { rows } = await db.query<Card>(CARDS, [
      ours.map(({ siteGroupingId }) => keyOf(siteGroupingId)),
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
      keyOf(siteGroupId),
      asked.map(([kind]) => kind),
      asked.map(([, id]) => id),
      asked.map(([, id]) => keyOf(id))
    ])
    return rows.map(({ id }) => id)
  },

  clinicianPhone: async (userId) => {
    const { rows } = await db.query<{ number: string }>(
      "select phone as number from users where id = $1 and phone is not null",
      [keyOf(userId)]
    )
    // The EHR does not note since when: then a call from it needs a PIN.
    return rows[0] === undefined ? null : { ...rows[0], since: null }
  }
})
