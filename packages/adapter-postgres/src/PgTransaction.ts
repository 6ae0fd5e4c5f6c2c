/** One commit. */
import { Transaction } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import { asStorage } from "./Database.ts"

export const layer = Layer.effect(
  Transaction,
  Effect.map(PgClient.PgClient, (sql) =>
    Transaction.of({ transact: (effect) => asStorage("transact")(sql.withTransaction(effect)) })
  )
)
