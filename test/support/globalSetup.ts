/** One PostgreSQL for a whole test run, in a directory of its own, gone afterwards. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedPostgres } from "@careline/adapter-postgres/embedded"
import { Effect, Exit, Redacted, Scope } from "effect"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    readonly postgresUrl: string
  }
}

export default async ({ provide }: TestProject) => {
  const directory = await mkdtemp(join(tmpdir(), "careline-test-"))
  const scope = await Effect.runPromise(Scope.make())
  const { url } = await Effect.runPromise(
    EmbeddedPostgres.start({ directory, settings: { max_connections: "300" } }).pipe(Scope.provide(scope))
  )
  provide("postgresUrl", Redacted.value(url))
  return async () => {
    await Effect.runPromise(Scope.close(scope, Exit.void))
    await rm(directory, { recursive: true, force: true })
  }
}
