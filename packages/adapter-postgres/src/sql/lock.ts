/** Takes an advisory lock that the ambient transaction holds to its end. */
import type { PgClient } from "@effect/sql-pg"

/**
 * Waits until nobody else holds a lock of these words. What is to be decided under it is read by a statement after this one:
 * that sees what was committed while it waited.
 */
export const lock = (sql: PgClient.PgClient, words: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`careline ${words}`}, 0))`
