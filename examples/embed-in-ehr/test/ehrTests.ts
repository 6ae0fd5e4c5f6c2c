/** What the EHR does for its users. It does the same whatever is added to it. */
import { afterAll, beforeAll, describe } from "vitest"
import { exampleDatabase } from "../../../test/support/postgres.ts"
import type { Ehr } from "../src/ehr/server.ts"
import { accessTests } from "./ehr/accessTests.ts"
import { chatTests } from "./ehr/chatTests.ts"
import { inboxTests } from "./ehr/inboxTests.ts"
import { jobTests } from "./ehr/jobTests.ts"
import { threadTests } from "./ehr/threadTests.ts"
import { type Seed, seed, type StartEhr } from "./support.ts"

/** Two processes of the EHR on one database. */
export interface Running {
  readonly ehr: Ehr
  readonly other: Ehr
  /** One more of them. */
  readonly startAnother: () => Promise<Ehr>
  readonly people: Seed
}

export const ehrTests = (name: string, start: StartEhr): void => {
  describe(`${name}`, () => {
    let running: Running
    beforeAll(async () => {
      const databaseUrl = await exampleDatabase()
      const [ehr, other] = await Promise.all([start(databaseUrl), start(databaseUrl)])
      running = { ehr, other, startAnother: () => start(databaseUrl), people: await seed(ehr.pool) }
    })
    afterAll(async () => {
      await Promise.all([running.ehr.close(), running.other.close()])
    })

    for (const tests of [accessTests, threadTests, inboxTests, chatTests, jobTests]) tests(() => running)
  })
}
