/** The store's clock runs ahead of or behind the server's by what a session says: a sandbox has a time of its own. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statements = [
  `create or replace function careline_now() returns timestamptz language sql stable parallel safe
     as $$ select date_trunc('milliseconds', now()
                  + coalesce(nullif(current_setting('careline.clock_offset', true), ''), '0')::interval) $$`
]

export default Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
)
