/** Runs the background work of a line that takes calls. */
import type { Directory, Optional, StoragePorts, Transcriber, TelephonyProviders, VoicePorts } from "@careline/ports"
import { Inbox } from "@careline/ports"
import { Effect, Layer, Stream } from "effect"
import { applyCallReports } from "../calls/ApplyCallReports.ts"
import { importMedia } from "../calls/ImportMedia.ts"
import { Limits } from "../shared/Limits.ts"
import { removeUploads } from "../media/RemoveUploads.ts"
import { settleCalls } from "../calls/SettleCalls.ts"
import { sweepHistory } from "../inbound/SweepHistory.ts"
import { loop, rarely } from "../shared/WorkerLoop.ts"

/** All loops, until the layer's scope closes. */
export const layer: Layer.Layer<
  never,
  never,
  StoragePorts | VoicePorts | Directory | TelephonyProviders.TelephonyProviders | Optional.Optional<Transcriber>
> = Layer.effectDiscard(
  Effect.gen(function* () {
    const inbox = yield* Inbox
    const { removeUploadsEvery, settleCallsEvery, sweepEvery } = yield* Limits
    yield* loop("call reports", applyCallReports(), inbox.wakeups)
    yield* loop("media", importMedia(), Stream.empty)
    yield* loop("calls", rarely(settleCalls(), settleCallsEvery), Stream.empty)
    yield* loop("uploads", rarely(removeUploads(), removeUploadsEvery), Stream.empty)
    yield* loop("sweep", rarely(sweepHistory(), sweepEvery), Stream.empty)
  })
)
