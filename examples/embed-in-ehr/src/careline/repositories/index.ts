/** Careline's storage, on the EHR's tables, jobs and chat. */
import type { Repositories } from "careline"
import type { Queryable } from "../../ehr/database.ts"
import type { Services } from "../../ehr/services.ts"
import { auditLog } from "./auditLog.ts"
import { broadcaster } from "./broadcaster.ts"
import { changes } from "./changes.ts"
import { circuits } from "./circuits.ts"
import { consents } from "./consents.ts"
import { ids } from "./ids.ts"
import { inbox } from "./inbox.ts"
import { messages } from "./messages.ts"
import { outbox } from "./outbox.ts"
import { tenantNumbers } from "./tenantNumbers.ts"
import { rateBuckets } from "./rateBuckets.ts"
import { settings } from "./settings.ts"
import { threads } from "./threads.ts"
import { timers } from "./timers.ts"
import { transactAndWake } from "./wakes.ts"

/** A part of a transaction that can fail alone. Within another one the name stands for the inner one. */
const withSavepoint = async <A>(db: Queryable, work: (db: Queryable) => Promise<A>): Promise<A> => {
  await db.query("savepoint careline")
  try {
    const result = await work(db)
    await db.query("release savepoint careline")
    return result
  } catch (error) {
    await db.query("rollback to savepoint careline; release savepoint careline")
    throw error
  }
}

export const repositories = (services: Services): Repositories<Queryable> => ({
  db: services.pool,
  transact: (work, outer) => (outer === null ? transactAndWake(services, work) : withSavepoint(outer, work)),
  auditLog,
  broadcaster: broadcaster(services),
  changes: changes(services),
  circuits,
  consents,
  ids,
  inbox: inbox(services),
  messages,
  outbox,
  tenantNumbers,
  rateBuckets,
  settings,
  threads,
  timers
})
