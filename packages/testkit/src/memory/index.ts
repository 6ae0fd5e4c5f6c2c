/** Every port in memory, for tests: real transactions, Effect's own clock, nothing to install. */
import {
  type AccessStoragePorts,
  BlobStore,
  Calls,
  type Directory,
  type DirectoryEntries,
  type HubStoragePorts,
  MediaImports,
  MediaUploads,
  NumberInventory,
  NumberOrders,
  type NumberStoragePorts,
  Optional,
  SiteGroupings,
  Spool,
  type StoragePorts,
  type Telephony,
  TenantNumbers,
  Transcriber,
  type VoiceStoragePorts
} from "@careline/ports"
import { Layer } from "effect"
import * as MemoryAuditLog from "./access/MemoryAuditLog.ts"
import * as MemoryAuditTrail from "./access/MemoryAuditTrail.ts"
import * as MemoryBlobStore from "./media/MemoryBlobStore.ts"
import * as MemoryBreakGlasses from "./access/MemoryBreakGlasses.ts"
import * as MemoryBridgeRequests from "./calls/MemoryBridgeRequests.ts"
import * as MemoryBroadcaster from "./shared/MemoryBroadcaster.ts"
import * as MemoryCalls from "./calls/MemoryCalls.ts"
import * as MemoryChanges from "./shared/MemoryChanges.ts"
import * as MemoryCircuits from "./outbound/MemoryCircuits.ts"
import * as MemoryConsents from "./threads/MemoryConsents.ts"
import * as MemoryDirectory from "./tenants/MemoryDirectory.ts"
import * as MemoryDirectoryEntries from "./directory/MemoryDirectoryEntries.ts"
import * as MemoryIdGenerator from "./shared/MemoryIdGenerator.ts"
import * as MemoryInbox from "./inbound/MemoryInbox.ts"
import * as MemoryMediaImports from "./media/MemoryMediaImports.ts"
import * as MemoryMediaUploads from "./media/MemoryMediaUploads.ts"
import * as MemoryMessages from "./threads/MemoryMessages.ts"
import * as MemoryNotifications from "./notifications/MemoryNotifications.ts"
import * as MemoryNumberInventory from "./numbers/MemoryNumberInventory.ts"
import * as MemoryNumberOrders from "./numbers/MemoryNumberOrders.ts"
import * as MemoryOutbox from "./outbound/MemoryOutbox.ts"
import * as MemoryRateBuckets from "./outbound/MemoryRateBuckets.ts"
import * as MemorySettings from "./tenants/MemorySettings.ts"
import * as MemorySiteGroupings from "./tenants/MemorySiteGroupings.ts"
import { MemoryStore } from "./shared/MemoryStore.ts"
import * as MemoryTelephony from "./MemoryTelephony.ts"
import * as MemoryTemplates from "./templates/MemoryTemplates.ts"
import * as MemoryThreads from "./threads/MemoryThreads.ts"
import * as MemoryTimers from "./escalation/MemoryTimers.ts"
import * as MemoryTransaction from "./shared/MemoryTransaction.ts"

export { entries as auditEntries } from "./access/MemoryAuditLog.ts"
export { MemoryBlobs } from "./media/MemoryBlobStore.ts"
export { MemoryDirectory } from "./tenants/MemoryDirectory.ts"
export { capabilities, MemoryTelephony } from "./MemoryTelephony.ts"
export type {
  AttemptRow,
  ImportRow,
  InboxRow,
  MemoryState,
  OrderRow,
  SendRow,
  TimerRow,
  RingRow,
  UploadRow
} from "./shared/MemoryState.ts"
export { MemoryStore } from "./shared/MemoryStore.ts"

/** All storage ports, those for calls, media, numbers and templates too, over one store. */
export const layerStorage = Layer.mergeAll(
  MemoryTransaction.layer,
  MemoryTemplates.layer,
  MemoryDirectoryEntries.layer,
  MemoryNotifications.layer,
  MemoryThreads.layer,
  MemoryMessages.layer,
  TenantNumbers.layerFromInventory.pipe(Layer.provideMerge(MemoryNumberInventory.layer)),
  MemorySiteGroupings.layer,
  MemoryConsents.layer,
  MemorySettings.layer,
  MemoryChanges.layer,
  MemoryInbox.layer,
  MemoryNumberOrders.layer,
  MemoryOutbox.layer,
  MemoryRateBuckets.layer,
  MemoryCircuits.layer,
  MemoryTimers.layer,
  MemoryCalls.layer,
  MemoryBridgeRequests.layer,
  MemoryMediaImports.layer,
  MemoryMediaUploads.layer,
  MemoryBroadcaster.layer,
  MemoryAuditLog.layer,
  MemoryAuditTrail.layer,
  MemoryBreakGlasses.layer,
  MemoryIdGenerator.layer
).pipe(Layer.provideMerge(MemoryStore.layer), (stores) =>
  Layer.provideMerge(
    Optional.present(Calls, MediaImports, MediaUploads, NumberInventory, NumberOrders, SiteGroupings),
    stores
  )
)

/** Recordings and pictures. */
export const layerBlobStore = MemoryBlobStore.layer

/** All ports: storage, recordings and pictures, a directory and a provider that tests script; no spool and no transcriber. */
export const layer: Layer.Layer<
  | StoragePorts
  | VoiceStoragePorts
  | NumberStoragePorts
  | AccessStoragePorts
  | HubStoragePorts
  | BlobStore
  | Directory
  | DirectoryEntries
  | Telephony.Telephony
  | MemoryBlobStore.MemoryBlobs
  | MemoryDirectory.MemoryDirectory
  | MemoryStore
  | MemoryTelephony.MemoryTelephony
  | Optional.Optional<BlobStore | Spool | Transcriber>
> = Layer.mergeAll(
  layerStorage,
  Layer.provideMerge(Optional.present(BlobStore), layerBlobStore),
  MemoryDirectory.layer,
  MemoryTelephony.layer,
  Optional.absent(Spool, Transcriber)
)
