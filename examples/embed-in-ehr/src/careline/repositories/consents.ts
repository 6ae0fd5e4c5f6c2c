/** What contacts allow. */
import type { Consent as ContactConsent, Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, keyOf, lastOfEach, rowOf, upsert } from "./rows.ts"

const FIELDS: Fields<ContactConsent> = {
  siteGroupingId: "site_group_id",
  contact: "contact",
  status: "status",
  source: "source",
  changedAt: "changed_at"
}

export const saveConsents = (db: Queryable, consents: ReadonlyArray<ContactConsent>): Promise<void> =>
  upsert(
    db,
    "contact_consents",
    ["contact", "site_group_id"],
    lastOfEach(consents, ({ contact, siteGroupingId }) => `${siteGroupingId} ${contact}`).map((consent) =>
      rowOf(FIELDS, consent)
    )
  )

export const consents: Repositories<Queryable>["consents"] = (db) => ({
  load: async (keys) => {
    const { rows } = await db.query<ContactConsent>(
      `select ${columnsOf("c", FIELDS)}
       from (select distinct * from jsonb_to_recordset($1) k (site_group_id bigint, contact text)) k
       join contact_consents c on c.contact = k.contact and c.site_group_id is not distinct from k.site_group_id`,
      [JSON.stringify(keys.map(({ contact, siteGroupingId }) => ({ contact, site_group_id: keyOf(siteGroupingId) })))]
    )
    return rows
  }
})
