/** The audit log, to write. */
import { AuditLog } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import * as AuditChains from "./AuditChains.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { FieldEncryption } from "../encryption/FieldEncryption.ts"

export const layer = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const encryption = yield* FieldEncryption
    return AuditLog.of({
      record: (entries) =>
        Effect.flatMap(AuditChains.Noted, (noted) =>
          noted === null
            ? sql.withTransaction(AuditChains.extend(sql, encryption, entries))
            : Effect.sync(() => void noted.push(...entries))
        ).pipe(asStorage("auditLog.record"))
    })
  })
)
