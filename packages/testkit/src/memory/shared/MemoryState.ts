/** Everything that the memory store holds, as one immutable value: what a transaction reads, changes and swaps in. */
import {
  Contact,
  type AttemptId,
  type BlobKey,
  type BridgeRequest,
  type BreakGlass,
  type BreakGlassId,
  type BridgeRequestId,
  type Call,
  type CallId,
  type Circuit,
  type Consent,
  type DeliveryStatus,
  type DirectoryEntry,
  type InventoryNumber,
  type MediaImportId,
  type Message,
  type MessageId,
  type Notification,
  type NotificationId,
  type NumberOrder,
  type PendingAssignment,
  type PendingAssignmentId,
  type PhoneNumberId,
  type PoolPlan,
  type Send,
  type SendId,
  type SiteGrouping,
  type SiteGroupingId,
  type Template,
  type TemplateId,
  type Tenant,
  type Thread,
  type ThreadId,
  type TokenBucket,
  type VoipSettings
} from "@careline/domain"
import type {
  Attempt,
  AuditEntry,
  MediaImport,
  MediaUpload,
  PublishedEvent,
  ReadMark,
  Ring,
  TelephonyEvent,
  Timer
} from "@careline/ports"
import { Chunk, type DateTime, HashMap } from "effect"

/** An event that is pending or parked. One that is done leaves only its identity. */
export interface InboxRow {
  readonly id: string
  /** Place in the order of arrival. */
  readonly sequence: number
  readonly provider: string
  readonly event: TelephonyEvent
  /** The tenant of our number at acceptance; of no meaning for a delivery report. */
  readonly siteGroupingId: Tenant
  readonly receivedAt: DateTime.Utc
  readonly failures: number
  readonly dueAt: DateTime.Utc
  /** Why it is parked, or `null` while it is pending. */
  readonly parkedBecause: string | null
}

export interface SendRow {
  readonly sequence: number
  readonly send: Send.Send
}

export interface AttemptRow {
  readonly attempt: Attempt
  readonly providerMessageId: string | null
  /** The best status that a report told. */
  readonly status: DeliveryStatus.DeliveryStatus | null
  readonly detail: string | null
  readonly looks: number
  readonly nextLookAt: DateTime.Utc
}

export interface TimerRow {
  readonly timer: Timer
  readonly dueAt: DateTime.Utc
}

export interface ImportRow {
  readonly sequence: number
  readonly import: MediaImport
  /** Grows with every claim, so that a lease that is over settles nothing. */
  readonly fence: number
  readonly dueAt: DateTime.Utc
}

export interface OrderRow {
  readonly sequence: number
  readonly order: NumberOrder.NumberOrder
  /** Grows with every claim and every step, so that a lease that is over changes nothing. */
  readonly fence: number
  readonly dueAt: DateTime.Utc
  readonly createdAt: DateTime.Utc
}

export interface RingRow extends Omit<Ring, "clinicianNumber"> {
  readonly phone: string
}

/** Tables by the string of their key: the id where there is one, else `keyOf` the parts. */
export interface UploadRow extends MediaUpload {
  /** Whether nobody may take it any more. */
  readonly isRemoved: boolean
}

export interface MemoryState {
  /** Grows with every row whose order matters. */
  readonly sequence: number
  readonly threads: HashMap.HashMap<ThreadId, Thread.Thread>
  /** The one thread of each key. */
  readonly threadIds: HashMap.HashMap<string, ThreadId>
  readonly messages: HashMap.HashMap<MessageId, Message.Message>
  /** How far a user said they have read a thread, by tenant, thread and user. */
  readonly readMarks: HashMap.HashMap<string, ReadMark>
  /** Since when a user reads, by tenant and user. */
  readonly readingSince: HashMap.HashMap<string, DateTime.Utc>
  readonly idempotencyKeys: HashMap.HashMap<string, { readonly messageId: MessageId; readonly fingerprint: string }>
  readonly numbers: HashMap.HashMap<PhoneNumberId, InventoryNumber.InventoryNumber>
  /** Who has tried an unassigned number, by the number's id and who it is. */
  readonly unrouted: HashMap.HashMap<string, PhoneNumberId>
  readonly pendingAssignments: HashMap.HashMap<PendingAssignmentId, PendingAssignment.PendingAssignment>
  readonly numberOrders: HashMap.HashMap<PhoneNumberId, OrderRow>
  readonly poolWatch: {
    readonly conditions: ReadonlyArray<PoolPlan.PoolCondition>
    readonly nextLookAt: DateTime.Utc | null
  }
  readonly siteGroupings: HashMap.HashMap<SiteGroupingId, SiteGrouping.SiteGrouping>
  readonly templates: HashMap.HashMap<TemplateId, Template.Template>
  /** By template and number. */
  readonly templateVersions: HashMap.HashMap<string, Template.TemplateVersion>
  /** By tenant, kind and id. */
  readonly directoryEntries: HashMap.HashMap<string, DirectoryEntry.DirectoryEntry>
  readonly notifications: HashMap.HashMap<NotificationId, Notification.Notification>
  readonly consents: HashMap.HashMap<string, Consent.Consent>
  readonly settings: HashMap.HashMap<string, VoipSettings.Edit>
  readonly platformSettings: VoipSettings.PlatformEdit
  readonly inbox: HashMap.HashMap<string, InboxRow>
  /** What tells each event ever accepted from every other. */
  readonly inboxIdentities: HashMap.HashMap<string, true>
  readonly sends: HashMap.HashMap<SendId, SendRow>
  readonly attempts: HashMap.HashMap<AttemptId, AttemptRow>
  readonly rateBuckets: HashMap.HashMap<string, TokenBucket.TokenBucket>
  /** By provider. */
  readonly circuits: HashMap.HashMap<string, Circuit.Circuit>
  readonly timers: HashMap.HashMap<string, TimerRow>
  readonly calls: HashMap.HashMap<CallId, Call.Call>
  readonly bridgeRequests: HashMap.HashMap<BridgeRequestId, BridgeRequest.BridgeRequest>
  /** Whose phone they ring stands here as a digest. */
  readonly rings: HashMap.HashMap<BridgeRequestId, RingRow>
  readonly mediaImports: HashMap.HashMap<MediaImportId, ImportRow>
  readonly mediaUploads: HashMap.HashMap<BlobKey, UploadRow>
  readonly broadcasts: Chunk.Chunk<PublishedEvent>
  readonly audit: Chunk.Chunk<AuditEntry>
  readonly breakGlasses: HashMap.HashMap<BreakGlassId, BreakGlass.BreakGlass>
}

export const empty: MemoryState = {
  sequence: 0,
  threads: HashMap.empty(),
  threadIds: HashMap.empty(),
  messages: HashMap.empty(),
  readMarks: HashMap.empty(),
  readingSince: HashMap.empty(),
  idempotencyKeys: HashMap.empty(),
  numbers: HashMap.empty(),
  unrouted: HashMap.empty(),
  pendingAssignments: HashMap.empty(),
  numberOrders: HashMap.empty(),
  poolWatch: { conditions: [], nextLookAt: null },
  siteGroupings: HashMap.empty(),
  templates: HashMap.empty(),
  templateVersions: HashMap.empty(),
  directoryEntries: HashMap.empty(),
  notifications: HashMap.empty(),
  consents: HashMap.empty(),
  settings: HashMap.empty(),
  platformSettings: {},
  inbox: HashMap.empty(),
  inboxIdentities: HashMap.empty(),
  sends: HashMap.empty(),
  attempts: HashMap.empty(),
  rateBuckets: HashMap.empty(),
  circuits: HashMap.empty(),
  timers: HashMap.empty(),
  calls: HashMap.empty(),
  bridgeRequests: HashMap.empty(),
  rings: HashMap.empty(),
  mediaImports: HashMap.empty(),
  mediaUploads: HashMap.empty(),
  broadcasts: Chunk.empty(),
  audit: Chunk.empty(),
  breakGlasses: HashMap.empty()
}

/** One string for a key of several parts. No two lists of parts share one. */
export const keyOf = (...parts: ReadonlyArray<string | number | null>): string => JSON.stringify(parts)

export const keyOfThread = (key: Thread.ThreadKey): string =>
  keyOf(key.siteGroupingId, key.threadType, Contact.key(key.contact))
