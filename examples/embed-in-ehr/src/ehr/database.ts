/** PostgreSQL, with ids as strings: `pg` reads a bigint as text, and a number would lose digits. */
import type { ClientBase, Pool } from "pg"
import { logError } from "./log.ts"

/** A pool, or the client of a transaction. */
export type Queryable = Pick<ClientBase, "query">

/** Commits what the work did, or nothing of it. */
export const withTransaction = async <A>(pool: Pool, work: (db: Queryable) => Promise<A>): Promise<A> => {
  const client = await pool.connect()
  let broken: Error | undefined
  // A connection that is lost between two queries tells nobody else, and an unheard "error" ends the process.
  const onError = (error: Error) => (broken = error)
  client.on("error", onError)
  try {
    await client.query("begin")
    const result = await work(client)
    const { command } = await client.query("commit")
    // Where a statement failed and its error was swallowed, PostgreSQL rolls back instead, and does not call it an error.
    if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements had failed")
    return result
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => {
      broken ??= cause
      logError("rollback", cause)
    })
    throw error
  } finally {
    client.off("error", onError)
    // With an error the pool throws the connection away instead of lending it again.
    client.release(broken)
  }
}
