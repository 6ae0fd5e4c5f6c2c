/** What the routes and the jobs work with. */
import type { Pool } from "pg"
import type { ChatGateway } from "./chatGateway.ts"
import type { JobRunner } from "./jobs.ts"

export interface Services {
  readonly pool: Pool
  readonly chat: ChatGateway
  readonly jobs: JobRunner
}
