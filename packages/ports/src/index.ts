/** What Careline asks of the world: one file per port. */
export type { AccessStoragePorts } from "./storage/access/AccessStoragePorts.ts"
export { type Alert, Alerts, type AlertsShape } from "./services/Alerts.ts"
export * as AuditChain from "./storage/access/AuditChain.ts"
export { type AuditEntry, AuditLog, patientsOf } from "./storage/access/AuditLog.ts"
export { type AuditHead, type AuditQuery, type AuditRecord, AuditTrail } from "./storage/access/AuditTrail.ts"
export {
  type Blob,
  type BlobAnswer,
  BlobInfo,
  type BlobRequest,
  BlobStore,
  MAX_LINK_MILLIS
} from "./storage/media/BlobStore.ts"
export { BreakGlasses } from "./storage/access/BreakGlasses.ts"
export { BridgeRequests, type Ring, type RingAnswer, type RingQuota } from "./storage/calls/BridgeRequests.ts"
export { BroadcastEvent, Broadcaster, type PublishedEvent } from "./storage/shared/Broadcaster.ts"
export { ANONYMOUS, callerOf } from "./telephony/Caller.ts"
export { type CallFilter, type CallKey, type CallQuery, Calls, type SilentCalls } from "./storage/calls/Calls.ts"
export { Changes } from "./storage/shared/Changes.ts"
export { Circuits } from "./storage/outbound/Circuits.ts"
export { Consents } from "./storage/threads/Consents.ts"
export { type ClinicianPhone, type ContactCard, Directory } from "./services/Directory.ts"
export {
  DirectoryEntries,
  type EntrySpace,
  EntryTaken,
  type PhoneHolder
} from "./storage/directory/DirectoryEntries.ts"
export * as Foreign from "./shared/Foreign.ts"
export type { HubStoragePorts } from "./storage/HubStoragePorts.ts"
export { IdGenerator, type IdKind } from "./storage/shared/IdGenerator.ts"
export * as Destination from "./telephony/Destination.ts"
export * from "./storage/inbound/Inbox.ts"
export { InvalidCursor } from "./storage/shared/InvalidCursor.ts"
export * as KeyEncryption from "./services/KeyEncryption.ts"
export { type ClaimedImport, type ImportSettlement, MediaImport, MediaImports } from "./storage/media/MediaImports.ts"
export { type MediaUpload, MediaUploads, type UploadQuota } from "./storage/media/MediaUploads.ts"
export * as MediaType from "./shared/MediaType.ts"
export * from "./storage/threads/Messages.ts"
export {
  type Assignment,
  type NumberCount,
  NumberInventory,
  NumberTaken,
  type ReachedNumber,
  type UnroutedMessage
} from "./storage/numbers/NumberInventory.ts"
export {
  type NotificationFilter,
  type NotificationQuery,
  Notifications
} from "./storage/notifications/Notifications.ts"
export {
  type ClaimedOrder,
  type ConditionChange,
  NumberOrders,
  type OrderProgress
} from "./storage/numbers/NumberOrders.ts"
export * as Numbers from "./telephony/Numbers.ts"
export type { NumberStoragePorts } from "./storage/numbers/NumberStoragePorts.ts"
export * as Optional from "./shared/Optional.ts"
export type { OptionalPort } from "./shared/Optional.ts"
export * from "./storage/outbound/Outbox.ts"
export type { Page, PageRequest } from "./storage/shared/Page.ts"
export { TenantNumbers } from "./storage/numbers/TenantNumbers.ts"
export { RateBuckets } from "./storage/outbound/RateBuckets.ts"
export { RowAccess } from "./storage/shared/RowAccess.ts"
export * as Scope from "./storage/shared/Scope.ts"
export type { TenantScope } from "./storage/shared/Scope.ts"
export { Settings } from "./storage/tenants/Settings.ts"
export { SiteGroupings, SiteGroupingTaken } from "./storage/tenants/SiteGroupings.ts"
export { Spool, type Spooled } from "./storage/inbound/Spool.ts"
export { placeOf } from "./shared/StackFrames.ts"
export * from "./storage/shared/StorageError.ts"
export type { StoragePorts } from "./storage/StoragePorts.ts"
export * as Telephony from "./telephony/Telephony.ts"
export * as TelephonyError from "./telephony/TelephonyError.ts"
export * from "./telephony/TelephonyEvent.ts"
export * as TelephonyProviders from "./telephony/TelephonyProviders.ts"
export { type TemplateFilter, TemplateNameTaken, Templates } from "./storage/templates/Templates.ts"
export * from "./storage/threads/Threads.ts"
export { type Timer, Timers } from "./storage/escalation/Timers.ts"
export { Transaction } from "./storage/shared/Transaction.ts"
export { Transcriber, TranscriberError, Transcript } from "./services/Transcriber.ts"
export type { VoicePorts, VoiceStoragePorts } from "./storage/calls/VoicePorts.ts"
