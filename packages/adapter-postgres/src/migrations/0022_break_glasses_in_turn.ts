/** An access in an emergency is opened where all of its user's are counted, which no tenant's staff sees. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant } from "./0008_row_level_security.ts"

export default Effect.flatMap(SqlClient.SqlClient, (sql) =>
  Effect.forEach(grant("break_glasses", { staff: null, workers: "insert" }), (statement) => sql.unsafe(statement), {
    discard: true
  })
)
