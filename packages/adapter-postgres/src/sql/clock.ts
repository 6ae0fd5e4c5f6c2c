/** The store's clock, which all hosts share. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { instant } from "./rows.ts"

export const storeNow = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ readonly now: Date }>`select careline_now() as now`, ([row]) => instant(row!.now))
