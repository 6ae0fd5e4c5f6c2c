/**
 * What a number that is waited for was asked for under, so that the same request finds it once it is there; and who was
 * answered of those who tried a number in nobody's hands: they are counted as well where there is nothing to answer.
 */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { grant } from "./0008_row_level_security.ts"

const statements = [
  `alter table number_wishes add column assignment_key text`,
  // Until now whoever was counted was taken for answered.
  `alter table number_strays add column answered boolean not null default true`,
  ...grant("number_strays", { staff: null, workers: "update" })
]

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* Effect.forEach(statements, (statement) => sql.unsafe(statement), { discard: true })
})
