/** How the providers are doing. */
import type { Circuit } from "@careline/domain"
import type { Plain, Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import { columnsOf, type Fields, readClock, rowOf, upsert } from "./rows.ts"

type ProviderCircuit = Plain<Circuit.Circuit>

const FIELDS: Fields<ProviderCircuit> = {
  provider: "provider",
  failures: "failures",
  openUntil: "open_until",
  probeUntil: "probe_until"
}

const SELECT = `select ${columnsOf("c", FIELDS)} from provider_circuits c where c.provider = $1`

export const circuits: Repositories<Queryable>["circuits"] = (db) => ({
  load: async (provider) => {
    const { rows } = await db.query<ProviderCircuit>(SELECT, [provider])
    return rows[0] ?? { provider, failures: 0, openUntil: null, probeUntil: null }
  },

  lock: async (provider) => {
    // A row that is not there cannot be locked. Whoever is adding it is waited for.
    await db.query("insert into provider_circuits (provider) values ($1) on conflict do nothing", [provider])
    const { rows } = await db.query<ProviderCircuit>(`${SELECT} for update`, [provider])
    return { now: await readClock(db), circuit: rows[0]! }
  },

  save: (circuit) => upsert(db, "provider_circuits", ["provider"], [rowOf(FIELDS, circuit)])
})
