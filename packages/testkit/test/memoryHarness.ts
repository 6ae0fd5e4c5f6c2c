/** The memory store as the repository contract sees it. */
import { FacilityId, PatientId, SiteGroupingId, UserId } from "@careline/domain"
import type {
  AccessStoragePorts,
  DirectoryEntries,
  HubStoragePorts,
  NumberStoragePorts,
  VoiceStoragePorts
} from "@careline/ports"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import type { RepositoryContract } from "../src/contract/index.ts"
import * as Memory from "../src/memory/index.ts"

/** Not the epoch: a store that takes 0 for "no time" should be found out. */
const start = Date.UTC(2026, 2, 2, 9, 30)

const clock = Layer.effectDiscard(TestClock.setTime(start)).pipe(Layer.provideMerge(TestClock.layer()))

export const memoryHarness: RepositoryContract.Harness<
  Memory.MemoryStore | AccessStoragePorts | DirectoryEntries | HubStoragePorts | NumberStoragePorts | VoiceStoragePorts
> = {
  layer: Layer.merge(Memory.layerStorage, clock),
  tenants: [SiteGroupingId.make("harbor"), SiteGroupingId.make("hillside")],
  people: {
    users: [UserId.make("nurse-1"), UserId.make("nurse-2")],
    patients: [PatientId.make("patient-1"), PatientId.make("patient-2")],
    facilities: [FacilityId.make("facility-1"), FacilityId.make("facility-2")]
  },
  advance: (duration) => TestClock.adjust(duration),
  concurrentTransactions: false,
  access: Effect.context<AccessStoragePorts>(),
  voice: Effect.context<VoiceStoragePorts>(),
  numbers: Effect.context<NumberStoragePorts>(),
  hub: Effect.context<HubStoragePorts>(),
  directory: Effect.context<DirectoryEntries>(),
  readAudit: Memory.auditEntries
}
