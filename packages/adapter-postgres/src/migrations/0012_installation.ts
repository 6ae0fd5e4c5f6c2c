/** What tells this database from every other, wherever it is moved or copied to. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant } from "./0008_row_level_security.ts"

const statements = [
  `create table installation (
     only_one boolean primary key default true check (only_one),
     id uuid not null default gen_random_uuid()
   )`,
  `insert into installation default values`,
  ...grant("installation", { staff: null, workers: "select" })
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
