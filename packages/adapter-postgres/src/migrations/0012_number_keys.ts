/** What a number that is waited for was asked for under, so that the same request finds it once it is there. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.flatMap(SqlClient.SqlClient, (sql) =>
  sql.unsafe(`alter table number_wishes add column assignment_key text`)
)
