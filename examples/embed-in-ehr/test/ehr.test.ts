import { startEhr } from "../src/ehr/server.ts"
import { ehrTests } from "./ehrTests.ts"

ehrTests("The EHR as one finds it", (databaseUrl) =>
  startEhr({ databaseUrl, port: 0, migrations: { upTo: "001_ehr.sql" }, jobs: { pollMillis: 50 } })
)
