/** The phone lines. */
import { NumberTaken, type TenantNumber as PhoneLine, type Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, inScope, insert, rowOf, scopeOf } from "./rows.ts"

/** All lines of the EHR are for texts and calls. */
const FIELDS: Fields<Omit<PhoneLine, "purpose">> = {
  id: "id",
  siteGroupingId: "site_group_id",
  number: "number",
  label: "label",
  provider: "provider",
  providerSid: "provider_number_id",
  status: "status",
  createdAt: "created_at"
}

export const tenantNumbers: Repositories<Queryable>["tenantNumbers"] = (db) => {
  const select = async (rest: string, parameters: ReadonlyArray<unknown>): Promise<ReadonlyArray<PhoneLine>> => {
    const { rows } = await db.query<PhoneLine>(`select ${columnsOf("l", FIELDS)} from phone_lines l ${rest}`, [
      ...parameters
    ])
    return rows
  }
  return {
    list: (scope) => select(`where ${inScope("l", "$1")} order by l.created_at, l.id`, [scopeOf(scope)]),

    byNumbers: (numbers) => select("where l.number = any($1)", [numbers]),

    add: async (line) => {
      const added = await insert(db, "phone_lines", [rowOf(FIELDS, line)], "on conflict (number) do nothing")
      if (added === 0) throw new NumberTaken({ number: line.number })
    }
  }
}
