/** The phone lines. */
import { NumberTaken, type PoolNumber as PhoneLine, type Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, inScope, insert, keyOf, rowOf, scopeOf } from "./rows.ts"

const FIELDS: Fields<PhoneLine> = {
  id: "id",
  siteGroupingId: "site_group_id",
  number: "number",
  label: "label",
  provider: "provider",
  providerSid: "provider_number_id",
  status: "status",
  createdAt: "created_at"
}

export const poolNumbers: Repositories<Queryable>["poolNumbers"] = (db) => {
  const select = async (rest: string, parameters: ReadonlyArray<unknown>): Promise<ReadonlyArray<PhoneLine>> => {
    const { rows } = await db.query<PhoneLine>(`select ${columnsOf("l", FIELDS)} from phone_lines l ${rest}`, [
      ...parameters
    ])
    return rows
  }
  return {
    list: (scope) => select(`where ${inScope("l", "$1")} order by l.created_at, l.id`, [scopeOf(scope)]),

    get: async (scope, id) => {
      const [line] = await select(`where l.id = $1 and ${inScope("l", "$2")}`, [keyOf(id), scopeOf(scope)])
      return line ?? null
    },

    byNumbers: (numbers) => select("where l.number = any($1)", [numbers]),

    defaultOf: async (tenant) => {
      const [line] = await select(
        `where l.site_group_id is not distinct from $1 and l.status <> 'suspended' order by l.created_at, l.id limit 1`,
        [keyOf(tenant)]
      )
      return line ?? null
    },

    carriedBy: (tenants, provider, unclaimed) =>
      select(
        `where ${inScope("l", "$1")} and l.status <> 'suspended'
           and (l.provider = $2 or $3::boolean and l.provider is null)
         order by l.created_at, l.id`,
        [scopeOf(tenants), provider, unclaimed]
      ),

    add: async (line) => {
      const added = await insert(db, "phone_lines", [rowOf(FIELDS, line)], "on conflict (number) do nothing")
      if (added === 0) throw new NumberTaken({ number: line.number })
    }
  }
}
