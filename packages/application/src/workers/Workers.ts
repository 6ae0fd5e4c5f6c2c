/**
 * Runs the background work of a host: loops that do what waits, sleep until there may be more, and outlive a failing store. Every
 * process runs all of them; the stores see to it that no two do the same thing. A host with a queue of its own calls the
 * use cases from there instead.
 */
import {
  type BlobStore,
  type Directory,
  type Optional,
  Inbox,
  Outbox,
  type StoragePorts,
  type TelephonyProviders
} from "@careline/ports"
import { Effect, Layer, Stream } from "effect"
import { applyReports } from "../outbound/ApplyReports.ts"
import { dispatchAlarms, dispatchConversation, dispatchSends } from "../outbound/DispatchSends.ts"
import { escalate } from "../escalation/Escalate.ts"
import { Limits } from "../shared/Limits.ts"
import { releaseParked } from "../inbound/ParkedEvents.ts"
import { processInbound } from "../inbound/ProcessInbound.ts"
import { reconcileSends } from "../outbound/ReconcileSends.ts"
import { loop, rarely } from "../shared/WorkerLoop.ts"

/** All loops, until the layer's scope closes. */
export const layer: Layer.Layer<
  never,
  never,
  StoragePorts | Directory | TelephonyProviders.TelephonyProviders | Optional.Optional<BlobStore>
> = Layer.effectDiscard(
  Effect.gen(function* () {
    const inbox = yield* Inbox
    const outbox = yield* Outbox
    yield* loop("inbound", processInbound(), inbox.wakeups)
    yield* loop("reports", applyReports(), inbox.wakeups)
    const { expressWorkers, parkedEvery, pollEvery, sendWorkers } = yield* Limits
    // No wake-up tells that an alarm may be tried again, or that a timer is due: neither waits for a longer pause.
    for (let worker = 0; worker < expressWorkers; worker++) {
      yield* loop("outbound", dispatchAlarms(), outbox.wakeups, pollEvery)
      yield* loop("outbound", dispatchConversation(), outbox.wakeups)
    }
    for (let worker = 0; worker < sendWorkers; worker++) yield* loop("outbound", dispatchSends(), outbox.wakeups)
    yield* loop("timers", escalate(), Stream.empty, pollEvery)
    yield* loop("parked", rarely(releaseParked(), parkedEvery), Stream.empty)
    yield* loop("reconciler", reconcileSends(), Stream.empty)
  })
)
