/** How often somebody broke the glass of late is asked each time they do. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

const statement = `create index break_glasses_of_user on break_glasses (user_id, opened_at desc)`

export default Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe(statement))
