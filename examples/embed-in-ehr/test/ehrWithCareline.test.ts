/** The EHR's own tests again, with Careline in it. */
import { afterAll } from "vitest"
import { freePort } from "../../../test/support/host.ts"
import { startEhr } from "../src/ehr/server.ts"
import { twilioFor } from "./careline/line.ts"
import { ehrTests } from "./ehrTests.ts"

const { line, simulator } = await twilioFor(`http://127.0.0.1:${await freePort()}`)
afterAll(() => simulator.close())

ehrTests("The EHR with Careline", (databaseUrl) => startEhr({ databaseUrl, port: 0, jobs: { pollMillis: 50 }, line }))
