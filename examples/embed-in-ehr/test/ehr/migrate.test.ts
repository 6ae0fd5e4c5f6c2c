import { Pool } from "pg"
import { describe, expect, it } from "vitest"
import { exampleDatabase } from "../../../../test/support/postgres.ts"
import { migrate } from "../../src/ehr/migrate.ts"

describe("migrating", () => {
  it("runs each file once, however many processes start at once", async () => {
    const pool = new Pool({ connectionString: await exampleDatabase() })
    await Promise.all(Array.from({ length: 5 }, () => migrate(pool, { upTo: "001_ehr.sql" })))
    await migrate(pool, { upTo: "001_ehr.sql" })
    const { rows } = await pool.query("select file from schema_migrations")
    await pool.end()
    expect(rows).toEqual([{ file: "001_ehr.sql" }])
  })

  it("stops at a file that it knows", async () => {
    const pool = new Pool({ connectionString: await exampleDatabase() })
    await expect(migrate(pool, { upTo: "000_nothing.sql" })).rejects.toThrow("There is no migration 000_nothing.sql")
    await pool.end()
  })
})
