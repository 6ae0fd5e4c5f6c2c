/**
 * One phone, one contact: threads are told apart by the key of their contact, whichever spelling wrote. What is one contact's
 * already is brought together. A database that is encrypted has that done by the first host with its keys.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { keyContacts } from "../encryption/ContactKeys.ts"
import { plain } from "../encryption/FieldEncryption.ts"
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // Null where the thread went into another one of the same contact.
  yield* sql.unsafe(`alter table external_threads add column contact_key text`)
  yield* sql.unsafe(
    `alter table external_threads drop constraint external_threads_site_grouping_id_thread_type_external_cont_key`
  )
  yield* sql.unsafe(`set local ${TENANTS_SETTING} = 'all'`)
  const [encrypted] = yield* sql`select from data_keys where purpose = 'index'`
  if (encrypted === undefined) yield* keyContacts(sql, plain, false)
})
