/** Every port in memory, for tests: real transactions, Effect's own clock, nothing to install. */
import {
  type AccessStoragePorts,
  type BlobStore,
  type Directory,
  type DirectoryEntries,
  type HubStoragePorts,
  type NumberStoragePorts,
  type StoragePorts,
  type Telephony,
  TenantNumbers,
  type VoiceStoragePorts
} from "@careline/ports"
import { Layer } from "effect"
import * as MemoryAuditLog from "./MemoryAuditLog.ts"
import * as MemoryAuditTrail from "./MemoryAuditTrail.ts"
import * as MemoryBlobStore from "./MemoryBlobStore.ts"
import * as MemoryBreakGlasses from "./MemoryBreakGlasses.ts"
import * as MemoryBridgeRequests from "./MemoryBridgeRequests.ts"
import * as MemoryBroadcaster from "./MemoryBroadcaster.ts"
import * as MemoryCalls from "./MemoryCalls.ts"
import * as MemoryChanges from "./MemoryChanges.ts"
import * as MemoryCircuits from "./MemoryCircuits.ts"
import * as MemoryConsents from "./MemoryConsents.ts"
import * as MemoryDirectory from "./MemoryDirectory.ts"
import * as MemoryDirectoryEntries from "./MemoryDirectoryEntries.ts"
import * as MemoryIdGenerator from "./MemoryIdGenerator.ts"
import * as MemoryInbox from "./MemoryInbox.ts"
import * as MemoryMediaImports from "./MemoryMediaImports.ts"
import * as MemoryMediaUploads from "./MemoryMediaUploads.ts"
import * as MemoryMessages from "./MemoryMessages.ts"
import * as MemoryNotifications from "./MemoryNotifications.ts"
import * as MemoryNumberInventory from "./MemoryNumberInventory.ts"
import * as MemoryNumberOrders from "./MemoryNumberOrders.ts"
import * as MemoryOutbox from "./MemoryOutbox.ts"
import * as MemoryRateBuckets from "./MemoryRateBuckets.ts"
import * as MemorySettings from "./MemorySettings.ts"
import * as MemorySiteGroupings from "./MemorySiteGroupings.ts"
import { MemoryStore } from "./MemoryStore.ts"
import * as MemoryTelephony from "./MemoryTelephony.ts"
import * as MemoryTemplates from "./MemoryTemplates.ts"
import * as MemoryThreads from "./MemoryThreads.ts"
import * as MemoryTimers from "./MemoryTimers.ts"
import * as MemoryTransaction from "./MemoryTransaction.ts"

export { entries as auditEntries } from "./MemoryAuditLog.ts"
export { MemoryBlobs } from "./MemoryBlobStore.ts"
export { MemoryDirectory } from "./MemoryDirectory.ts"
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
} from "./MemoryState.ts"
export { MemoryStore } from "./MemoryStore.ts"

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
).pipe(Layer.provideMerge(MemoryStore.layer))

/** Recordings and pictures. */
export const layerBlobStore = MemoryBlobStore.layer

/** All ports: storage, recordings and pictures, a directory and a provider that tests script. */
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
> = Layer.mergeAll(layerStorage, layerBlobStore, MemoryDirectory.layer, MemoryTelephony.layer)
