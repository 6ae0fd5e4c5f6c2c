/** The API over a PostgreSQL with row-level security, in this process. */
import { layer as postgres } from "@careline/adapter-postgres"
import { Intake, processInbound, Voice } from "@careline/application"
import { BlobStore, Directory, Inbox, Optional, RowAccess, Spool } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { PgClient } from "@effect/sql-pg"
import { Effect, Exit, Layer, Redacted, Scope } from "effect"
import { afterAll } from "vitest"
import { freshDatabase } from "../../../test/support/postgres.ts"
import { type HttpOptions, makeApp } from "../src/index.ts"
import { authenticate, twilio } from "./twilioLine.ts"

/** A brand-new database and an app over it, with more services in the world. All goes with the test's file. */
export const openOnPostgres = async (more: Layer.Layer<never> = Layer.empty, http?: HttpOptions) => {
  const database = await freshDatabase()
  const scope = await Effect.runPromise(Scope.make())
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  const world = Layer.mergeAll(Intake.layer, Optional.absent(Voice), twilio).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Layer.provideMerge(Directory.layerFromEntries, postgres({ url: Redacted.make(database), maxConnections: 6 })),
        Layer.provideMerge(Optional.present(BlobStore), Memory.layerBlobStore),
        Optional.absent(Spool),
        more
      )
    )
  )
  const context = await Effect.runPromise(Layer.buildWithScope(world, scope))
  const run = <A>(effect: Effect.Effect<A, unknown, any>): Promise<A> =>
    Effect.runPromiseWith(context)(effect as Effect.Effect<never>)
  return {
    app: makeApp(
      { runPromiseExit: (effect, given) => Effect.runPromiseExitWith(context)(effect, given) },
      authenticate,
      null,
      http
    ),
    run,
    /** A contact texts a number, and the inbound worker has seen to it. */
    hear: async ({ id = "SM1", ...text }: { from: string; to: string; text: string; id?: string }) => {
      const event = { ...text, _tag: "MessageReceived", providerMessageId: id, attachments: [], providerKeyword: null }
      const accept = Effect.flatMap(Inbox, (inbox) =>
        inbox.accept([{ provider: "twilio", account: "AC", event: event as never }])
      )
      await run(Effect.provideService(accept, RowAccess, { _tag: "System" }))
      await run(processInbound())
    },
    /** Who owns the tables, and can do to them what nobody else can. */
    owner: <A extends object>(statement: string): Promise<ReadonlyArray<A>> =>
      Effect.runPromise(
        Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<A>(statement)).pipe(
          Effect.provide(PgClient.layer({ url: Redacted.make(database), maxConnections: 1 }))
        )
      )
  }
}

export type PostgresLine = Awaited<ReturnType<typeof openOnPostgres>>
