/** Since when a thread waits for an answer, and which reply in it did not get through. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TENANTS_SETTING } from "../row-level-security/RowLevelSecurity.ts"

const statements = [
  `set local statement_timeout = 0`,
  // The owner is held back by row-level security as well.
  `set local ${TENANTS_SETTING} = 'all'`,
  `alter table external_threads add column unanswered_since timestamptz, add column reply_failed jsonb`,
  // A running or fired period is what an answer would have ended.
  `update external_threads set unanswered_since = last_inbound_at where escalation_state <> 'idle'`
]

export default Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
)
