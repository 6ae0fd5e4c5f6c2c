import { Pool } from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { exampleDatabase } from "../../../../test/support/postgres.ts"
import { type Queryable, withTransaction } from "../../src/ehr/database.ts"

describe("A transaction", () => {
  let pool: Pool
  beforeAll(async () => {
    pool = new Pool({ connectionString: await exampleDatabase() })
    await pool.query("create table notes (text text not null)")
  })
  afterAll(() => pool.end())

  const note = (db: Queryable, text: string | null) => db.query("insert into notes values ($1)", [text])
  const notes = async () => (await pool.query("select text from notes")).rows.map(({ text }) => text)

  it("commits what the work did", async () => {
    await withTransaction(pool, (db) => note(db, "kept"))
    expect(await notes()).toEqual(["kept"])
  })

  it("fails when it could not commit, though the work swallowed the error of a statement", async () => {
    const work = withTransaction(pool, async (db) => {
      await note(db, "lost")
      await note(db, null).catch(() => undefined)
    })
    await expect(work).rejects.toThrow("rolled back")
    expect(await notes()).not.toContain("lost")
    await withTransaction(pool, (db) => note(db, "afterwards"))
    expect(await notes()).toContain("afterwards")
  })
})
