/** The audit log, to write. */
import { AuditLog } from "@careline/ports"
import { PgClient } from "@effect/sql-pg"
import { Effect, Layer } from "effect"
import * as AuditChains from "./AuditChains.ts"
import { asStorage } from "../sql/StorageErrors.ts"
import { Sealing } from "../sealing/Sealing.ts"

export const layer = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    const sealing = yield* Sealing
    return AuditLog.of({
      record: (entries) =>
        Effect.flatMap(AuditChains.Noted, (noted) =>
          noted === null
            ? sql.withTransaction(AuditChains.extend(sql, sealing, entries))
            : Effect.sync(() => void noted.push(...entries))
        ).pipe(asStorage("auditLog.record"))
    })
  })
)
