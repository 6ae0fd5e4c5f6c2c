/** What Careline asks of the world: one file per port. */
export type { AccessStoragePorts } from "./storage/AccessStoragePorts.ts"
export { type Alert, Alerts, type AlertsShape } from "./services/Alerts.ts"
export * as AuditChain from "./storage/AuditChain.ts"
export { type AuditEntry, AuditLog, patientsOf } from "./storage/AuditLog.ts"
export { type AuditHead, type AuditQuery, type AuditRecord, AuditTrail } from "./storage/AuditTrail.ts"
export {
  type Blob,
  type BlobAnswer,
  BlobInfo,
  type BlobRequest,
  BlobStore,
  MAX_LINK_MILLIS
} from "./storage/BlobStore.ts"
export { BreakGlasses } from "./storage/BreakGlasses.ts"
export { BridgeRequests, type Ring, type RingAnswer, type RingQuota } from "./storage/BridgeRequests.ts"
export { BroadcastEvent, Broadcaster, type PublishedEvent } from "./storage/Broadcaster.ts"
export { ANONYMOUS, callerOf } from "./telephony/Caller.ts"
export { type CallFilter, type CallKey, type CallQuery, Calls, type SilentCalls } from "./storage/Calls.ts"
export { Changes } from "./storage/Changes.ts"
export { Circuits } from "./storage/Circuits.ts"
export { Consents } from "./storage/Consents.ts"
export { type ClinicianPhone, type ContactCard, Directory } from "./services/Directory.ts"
export { DirectoryEntries, type EntrySpace, EntryTaken, type PhoneHolder } from "./storage/DirectoryEntries.ts"
export * as Foreign from "./shared/Foreign.ts"
export type { HubStoragePorts } from "./storage/HubStoragePorts.ts"
export { IdGenerator, type IdKind } from "./storage/IdGenerator.ts"
export * as Destination from "./telephony/Destination.ts"
export * from "./storage/Inbox.ts"
export { InvalidCursor } from "./storage/InvalidCursor.ts"
export * as KeyEncryption from "./services/KeyEncryption.ts"
export { type ClaimedImport, type ImportSettlement, MediaImport, MediaImports } from "./storage/MediaImports.ts"
export { type MediaUpload, MediaUploads, type UploadQuota } from "./storage/MediaUploads.ts"
export * as MediaType from "./shared/MediaType.ts"
export * from "./storage/Messages.ts"
export {
  type Assignment,
  type NumberCount,
  NumberInventory,
  NumberTaken,
  type ReachedNumber,
  type UnroutedMessage
} from "./storage/NumberInventory.ts"
export { type NotificationFilter, type NotificationQuery, Notifications } from "./storage/Notifications.ts"
export { type ClaimedOrder, type ConditionChange, NumberOrders, type OrderProgress } from "./storage/NumberOrders.ts"
export * as Numbers from "./telephony/Numbers.ts"
export type { NumberStoragePorts } from "./storage/NumberStoragePorts.ts"
export * from "./storage/Outbox.ts"
export type { Page, PageRequest } from "./storage/Page.ts"
export { TenantNumbers } from "./storage/TenantNumbers.ts"
export { RateBuckets } from "./storage/RateBuckets.ts"
export { RowAccess } from "./storage/RowAccess.ts"
export * as Scope from "./storage/Scope.ts"
export type { TenantScope } from "./storage/Scope.ts"
export { Settings } from "./storage/Settings.ts"
export { SiteGroupings, SiteGroupingTaken } from "./storage/SiteGroupings.ts"
export { Spool, type Spooled } from "./storage/Spool.ts"
export { placeOf } from "./shared/StackFrames.ts"
export * from "./storage/StorageError.ts"
export type { StoragePorts } from "./storage/StoragePorts.ts"
export * as Telephony from "./telephony/Telephony.ts"
export * as TelephonyError from "./telephony/TelephonyError.ts"
export * from "./telephony/TelephonyEvent.ts"
export * as TelephonyProviders from "./telephony/TelephonyProviders.ts"
export { type TemplateFilter, TemplateNameTaken, Templates } from "./storage/Templates.ts"
export * from "./storage/Threads.ts"
export { type Timer, Timers } from "./storage/Timers.ts"
export { Transaction } from "./storage/Transaction.ts"
export { Transcriber, TranscriberError, Transcript } from "./services/Transcriber.ts"
export type { VoicePorts, VoiceStoragePorts } from "./storage/VoicePorts.ts"
