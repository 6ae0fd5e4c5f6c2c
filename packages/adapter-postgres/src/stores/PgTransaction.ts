/** One commit. */
import { type AuditEntry, Transaction } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import * as AuditChains from "./AuditChains.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"

export const layer = Layer.effect(
  Transaction,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    /** What is noted in the transaction is written at its end. Of a nested one that fails nothing was noted. */
    const withNotes = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const outer = yield* AuditChains.Noted
        const noted: Array<AuditEntry> = []
        const done = yield* Effect.provideService(effect, AuditChains.Noted, noted)
        if (outer === null) yield* AuditChains.extend(sql, encryption, noted)
        else outer.push(...noted)
        return done
      })
    return Transaction.of({ transact: (effect) => asStorage("transact")(sql.withTransaction(withNotes(effect))) })
  })
)
