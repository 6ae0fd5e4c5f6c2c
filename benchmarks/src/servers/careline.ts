/**
 * Careline's own HTTP surface on its own stores. `WORKERS=1` runs the lane worker beside it, `ENCRYPTED=1` encrypts what
 * they keep.
 */
import { Intake, processInbound, Voice } from "@careline/application"
import { makeApp, makeAuthenticate } from "@careline/http-hono"
import { BlobStore, Inbox, Optional, Spool } from "@careline/ports"
import { layerBlobStore } from "@careline/testkit"
import { serve } from "@hono/node-server"
import { Effect, Layer, Redacted, Stream } from "effect"
import { setUpLine, world } from "../support/world.ts"

const url = process.env.DATABASE_URL ?? ""

await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      const context = yield* Layer.build(
        Layer.mergeAll(Intake.layer, Optional.absent(Voice)).pipe(
          Layer.provideMerge(world(url, process.env.ENCRYPTED === "1")),
          Layer.provideMerge(Layer.provideMerge(Optional.present(BlobStore), layerBlobStore)),
          Layer.provideMerge(Optional.absent(Spool))
        )
      )
      yield* Effect.provideContext(setUpLine, context)
      const authenticate = makeAuthenticate({
        source: { _tag: "Secret", secret: Redacted.make("benchmark-secret-of-at-least-32-bytes") },
        issuer: null,
        audience: null
      })
      const app = makeApp({ runPromiseExit: Effect.runPromiseExitWith(context) }, authenticate)
      if (process.env.WORKERS === "1") {
        const drain = Effect.repeat(processInbound(), { while: (done) => done > 0 })
        yield* Effect.forkScoped(
          Effect.flatMap(Inbox, (inbox) => Stream.runForEach(inbox.wakeups, () => drain)).pipe(
            Effect.provideContext(context)
          )
        )
      }
      serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(`ready ${port}`))
      return yield* Effect.never
    })
  )
)
