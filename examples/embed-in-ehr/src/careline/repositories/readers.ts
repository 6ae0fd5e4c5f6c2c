/** Who looks at the phone line of which site group, and since when. */
import type { Queryable } from "../../ehr/database.ts"

/** In each of the site groups where the user has not looked before; `null`: in all, and at the line of the whole system. */
export const startReading = async (
  db: Queryable,
  userId: string,
  siteGroupIds: ReadonlyArray<string> | null,
  since: Date
): Promise<void> => {
  await db.query(
    `insert into line_readers (user_id, site_group_id, since)
     select u.id, nullif(g.id, 0), $3
     from users u, (select 0 as id union all select id from site_groups) g
     where u.id = $1 and ($2::bigint[] is null or g.id = any($2))
       and not exists (select from line_readers r where r.user_id = u.id and r.site_group_id is not distinct from nullif(g.id, 0))
     on conflict do nothing`,
    [userId, siteGroupIds, since]
  )
}
