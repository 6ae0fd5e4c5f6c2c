/** The background of a line that writes to contacts by itself, beside that of its texts. */
import type { Directory, HubStoragePorts, StoragePorts } from "@careline/ports"
import { Effect, Layer, Stream } from "effect"
import { releaseNotifications } from "../notifications/ReleaseNotifications.ts"
import { Limits } from "../shared/Limits.ts"
import { loop } from "../shared/WorkerLoop.ts"

/** All loops, until the layer's scope closes. */
export const layer: Layer.Layer<never, never, StoragePorts | HubStoragePorts | Directory> = Layer.effectDiscard(
  Effect.gen(function* () {
    const { pollEvery } = yield* Limits
    // No wake-up tells that one is due.
    yield* loop("notifications", releaseNotifications(), Stream.empty, pollEvery)
  })
)
