/** The number that a text or call came for stands beside what is sealed: what came before the number was added is found by it. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  `set local statement_timeout = 0`,
  `alter table webhook_events add column number text`,
  `create index webhook_events_parked_number on webhook_events (number) where state = 'parked'`
]

export default Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
)
