/** Runs the EHR as its environment says, until it is told to stop. */
import { lineOf } from "./careline/config.ts"
import { startEhr } from "./ehr/server.ts"

const { DATABASE_URL, HOST = "127.0.0.1", PORT = "3000" } = process.env
if (DATABASE_URL === undefined) throw new Error("DATABASE_URL is missing")

const ehr = await startEhr({
  databaseUrl: DATABASE_URL,
  hostname: HOST,
  port: Number(PORT),
  line: lineOf(process.env)
})
process.stdout.write(`The EHR listens at ${ehr.url}\n`)

const close = () => void ehr.close()
process.once("SIGTERM", close)
process.once("SIGINT", close)
