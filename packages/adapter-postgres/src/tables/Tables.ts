/** The tables that keep values of the model, column by column. */
import {
  type BreakGlass,
  type BridgeRequest,
  Call,
  type Circuit,
  type Consent,
  Contact,
  type DirectoryEntry,
  type InventoryNumber,
  type Message,
  type Notification,
  type NumberOrder,
  type PendingAssignment,
  type Send,
  type SiteGrouping,
  type Template,
  type Tenant,
  type Thread,
  type ThreadId,
  type TokenBucket,
  type VoipSettings
} from "@careline/domain"
import type { AuditRecord, MediaImport, Messages, TelephonyEvent } from "@careline/ports"
import { DateTime } from "effect"
import {
  bigint,
  boolean,
  encrypted,
  indexed,
  integer,
  numeric,
  plain,
  smallint,
  tenant,
  timestamptz,
  uuid
} from "./Column.ts"
import { make, type Table } from "./Table.ts"

export const externalThreads = make<Thread.Thread>("external_threads", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    threadType: plain.text("thread_type"),
    externalContact: indexed("external_contact"),
    contactName: encrypted.text("contact_name"),
    phoneNumberId: uuid("phone_number_id"),
    lastContactedNumberId: uuid("last_contacted_number_id"),
    patientIds: plain.texts("patient_ids"),
    facilityId: plain.text("facility_id"),
    assigneeId: plain.text("assignee_id"),
    lastPosition: integer("last_position"),
    lastInboundPosition: integer("last_inbound_position"),
    lastMessageAt: timestamptz("last_message_at"),
    lastMessagePreview: encrypted.text("last_message_preview"),
    lastInboundAt: timestamptz("last_inbound_at"),
    autoRepliedAt: timestamptz("auto_replied_at"),
    unansweredSince: timestamptz("unanswered_since"),
    urgentAt: timestamptz("urgent_at"),
    replyFailed: plain.json("reply_failed"),
    escalation: {
      state: plain.text("escalation_state"),
      period: integer("escalation_period"),
      dueAt: timestamptz("escalation_due_at")
    },
    createdAt: timestamptz("created_at"),
    updatedAt: timestamptz("updated_at"),
    deletedAt: timestamptz("deleted_at")
  },
  // Null where the thread went into another one of the same contact.
  derived: [[indexed("contact_key"), ({ externalContact }) => Contact.key(externalContact)]],
  fixed: ["siteGroupingId", "id", "threadType", "createdAt"],
  associatedData: ["id", "externalContact"],
  searched: ["contactName", "externalContact"]
})

export const messages = make<Message.Message>("messages", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    externalThreadId: uuid("external_thread_id"),
    position: integer("position"),
    messageType: plain.text("message_type"),
    direction: plain.text("direction"),
    senderId: plain.text("sender_id"),
    content: encrypted.text("content"),
    transcript: encrypted.json("transcript"),
    attachments: encrypted.json("attachments"),
    metaData: plain.json("meta_data"),
    deliveryStatus: plain.text("delivery_status"),
    createdAt: timestamptz("created_at")
  },
  associatedData: ["id"]
})

export const sends = make<Send.Send>("sends", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    threadId: uuid("external_thread_id"),
    messageId: uuid("message_id"),
    purpose: plain.text("purpose"),
    messageClass: plain.text("message_class"),
    lane: smallint("lane"),
    from: plain.text("from_number"),
    fromNumberId: uuid("from_number_id"),
    to: indexed("to_number"),
    body: encrypted.text("body"),
    mediaUrls: encrypted.texts("media_urls"),
    attempts: integer("attempts"),
    attemptId: uuid("attempt_id"),
    state: plain.text("state"),
    notBefore: timestamptz("not_before"),
    validUntil: timestamptz("valid_until"),
    queuedAt: timestamptz("queued_at")
  },
  associatedData: ["id", "to"]
})

export const consents = make<Consent.Consent>("consents", {
  columns: {
    siteGroupingId: tenant,
    contact: indexed("contact"),
    status: plain.text("status"),
    source: plain.text("source"),
    changedAt: timestamptz("changed_at")
  },
  fixed: ["siteGroupingId", "contact"]
})

/** A period of a thread's alarm. */
export interface AlarmPeriod {
  readonly siteGroupingId: Tenant
  readonly threadId: ThreadId
  readonly period: number
  readonly state: "running" | "stopped" | "fired"
  /** `null` where what ends it does not say. */
  readonly dueAt: DateTime.Utc | null
  readonly notified: ReadonlyArray<string>
}

export const escalations = make<AlarmPeriod>("escalations", {
  columns: {
    siteGroupingId: tenant,
    threadId: uuid("external_thread_id"),
    period: integer("period"),
    state: plain.text("state"),
    dueAt: timestamptz("due_at"),
    notified: encrypted.texts("notified")
  },
  associatedData: ["threadId", "period"]
})

export const idempotencyKeys = make<Parameters<Messages["Service"]["claimIdempotencyKey"]>[0]>("idempotency_keys", {
  columns: {
    siteGroupingId: tenant,
    threadId: uuid("external_thread_id"),
    key: plain.text("key"),
    fingerprint: encrypted.text("fingerprint"),
    messageId: uuid("message_id")
  },
  associatedData: ["threadId", "key"]
})

/** An event as it is taken in, before anybody knows whose it is. */
export interface IncomingRow {
  readonly provider: string
  readonly account: string
  readonly id: string
  readonly kind: TelephonyEvent["_tag"]
  /** What else tells it from others of its id: the status of a report. */
  readonly status: string
  /** Ours, and the contact's, of what arrives from one. */
  readonly number: string | null
  readonly contact: string | null
  readonly receivedAt: DateTime.Utc | null
  readonly event: TelephonyEvent
}

export const webhookEvents = make<IncomingRow>("webhook_events", {
  columns: {
    provider: plain.text("provider"),
    account: plain.text("account"),
    id: plain.text("provider_message_id"),
    kind: plain.text("kind"),
    status: plain.text("status"),
    number: plain.text("number"),
    contact: indexed("contact"),
    receivedAt: timestamptz("received_at"),
    event: encrypted.json("event")
  },
  associatedData: ["provider", "account", "id", "kind", "status"],
  encryptedFor: "system"
})

export const lanes = make<{ readonly siteGroupingId: Tenant; readonly contact: Contact.Contact }>("lanes", {
  columns: { siteGroupingId: tenant, contact: indexed("contact") }
})

export const phoneCallLogs: Table<Call.Call> = make<Call.Call>("phone_call_logs", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    purpose: plain.text("purpose"),
    direction: plain.text("direction"),
    provider: plain.text("provider"),
    providerCallId: plain.text("provider_call_id"),
    plan: encrypted.json("plan"),
    language: plain.text("language"),
    fromNumber: indexed("from_number"),
    toNumber: indexed("to_number"),
    phoneNumberId: uuid("phone_number_id"),
    threadId: uuid("external_thread_id"),
    messageId: uuid("message_id"),
    own: plain.json("own"),
    far: plain.json("far"),
    recordings: plain.json("recordings"),
    transcript: encrypted.json("transcript"),
    initiatorId: plain.text("initiator_id"),
    reason: encrypted.text("reason"),
    notes: encrypted.text("notes"),
    createdAt: timestamptz("created_at"),
    updatedAt: timestamptz("updated_at"),
    endedAt: timestamptz("ended_at")
  },
  derived: [
    [plain.text("status"), Call.status],
    [integer("duration_seconds"), Call.durationSeconds]
  ],
  fixed: ["siteGroupingId", "id", "provider", "createdAt"],
  associatedData: ["id"]
})

export const bridgeRequests = make<BridgeRequest.BridgeRequest>("bridge_requests", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    threadId: uuid("external_thread_id"),
    mode: plain.text("mode"),
    clinicianId: plain.text("clinician_id"),
    clinicianNumber: indexed("clinician_number"),
    numberSince: timestamptz("number_since"),
    bridgeNumberId: uuid("bridge_number_id"),
    bridgeNumber: plain.text("bridge_number"),
    callerIdNumberId: uuid("caller_id_number_id"),
    callerId: plain.text("caller_id"),
    contact: indexed("contact"),
    pin: encrypted.text("pin"),
    reason: encrypted.text("reason"),
    notes: encrypted.text("notes"),
    failedPins: integer("failed_pins"),
    expiresAt: timestamptz("expires_at"),
    usedBy: uuid("used_by"),
    createdAt: timestamptz("created_at")
  },
  associatedData: ["id"]
})

export const phoneNumbers = make<InventoryNumber.InventoryNumber>("phone_numbers", {
  columns: {
    holder: { siteGroupingId: tenant },
    id: uuid("id"),
    number: plain.text("number"),
    label: plain.text("label"),
    providerSid: plain.text("provider_sid"),
    provider: plain.text("provider"),
    purpose: plain.text("purpose"),
    status: plain.text("status"),
    assignedAt: timestamptz("created_at"),
    statusSince: timestamptz("status_since"),
    acquiredAt: timestamptz("acquired_at"),
    endsAt: timestamptz("ends_at"),
    replacedBy: uuid("replaced_by"),
    isDefault: boolean("is_default"),
    unroutedInbound: integer("stray_inbound"),
    monthlyPrice: { amount: numeric("monthly_price"), currency: plain.text("currency") },
    assignmentKey: plain.text("assignment_key")
  },
  fixed: ["id", "number", "acquiredAt"]
})

export const numberOrders = make<NumberOrder.NumberOrder>("number_orders", {
  columns: {
    id: uuid("id"),
    kind: plain.text("kind"),
    purpose: plain.text("purpose"),
    number: plain.text("number"),
    provider: plain.text("provider"),
    price: { amount: numeric("monthly_price"), currency: plain.text("currency") },
    wantedBy: { siteGroupingId: tenant },
    state: plain.text("state"),
    providerSid: plain.text("provider_sid"),
    failures: integer("failures"),
    startedAt: timestamptz("started_at"),
    failedBecause: plain.text("failure_reason")
  },
  fixed: ["id", "kind", "number", "purpose", "provider", "price"]
})

export const numberWishes = make<PendingAssignment.PendingAssignment>("number_wishes", {
  columns: {
    id: uuid("id"),
    siteGroupingId: tenant,
    areaCode: plain.text("area_code"),
    purpose: plain.text("purpose"),
    key: plain.text("assignment_key"),
    requestedAt: timestamptz("wished_at"),
    state: plain.text("state"),
    reason: plain.text("reason"),
    phoneNumberId: uuid("phone_number_id")
  },
  fixed: ["id", "siteGroupingId", "areaCode", "purpose", "key", "requestedAt"]
})

export const siteGroupings = make<SiteGrouping.SiteGrouping>("site_groupings", {
  columns: {
    id: plain.text("id"),
    name: plain.text("name"),
    createdAt: timestamptz("created_at"),
    deactivatedAt: timestamptz("deactivated_at")
  }
})

export const notifications = make<Notification.Notification>("notifications", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    causeKey: plain.text("cause_key"),
    kind: plain.text("kind"),
    messageClass: plain.text("message_class"),
    contact: indexed("contact"),
    patientId: plain.text("patient_id"),
    content: encrypted.json("content"),
    language: plain.text("language"),
    templateVersion: integer("template_version"),
    dueAt: timestamptz("due_at"),
    validUntil: timestamptz("valid_until"),
    state: plain.text("state"),
    reason: plain.text("reason"),
    threadId: uuid("external_thread_id"),
    messageId: uuid("message_id"),
    fingerprint: encrypted.text("fingerprint"),
    createdBy: plain.text("created_by"),
    createdAt: timestamptz("created_at"),
    updatedAt: timestamptz("updated_at")
  },
  fixed: ["siteGroupingId", "id", "causeKey", "kind", "createdBy", "createdAt"],
  associatedData: ["id"]
})

export const templates = make<Template.Template>("templates", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    name: plain.text("name"),
    description: plain.text("description"),
    category: plain.text("category"),
    tags: plain.texts("tags"),
    latestVersion: integer("latest_version"),
    publishedVersion: integer("published_version"),
    createdBy: plain.text("created_by"),
    createdAt: timestamptz("created_at"),
    updatedAt: timestamptz("updated_at"),
    archivedAt: timestamptz("archived_at")
  },
  fixed: ["siteGroupingId", "id", "createdBy", "createdAt"]
})

export const templateVersions = make<Template.TemplateVersion>("template_versions", {
  columns: {
    siteGroupingId: tenant,
    templateId: uuid("template_id"),
    number: integer("number"),
    variables: plain.json("variables"),
    contents: plain.json("contents"),
    createdBy: plain.text("created_by"),
    createdAt: timestamptz("created_at")
  }
})

/** Since when a phone is on record stands in JSON as its instant. */
const entryPhones = {
  ...encrypted.json("phones"),
  encode: (phones: ReadonlyArray<DirectoryEntry.EntryPhone>) =>
    phones.map((phone) => ({ ...phone, since: DateTime.formatIso(phone.since) })),
  decode: (phones: ReadonlyArray<{ readonly since: string }>) =>
    phones.map((phone) => ({ ...phone, since: DateTime.makeUnsafe(phone.since) }))
}

export const directoryEntries = make<DirectoryEntry.DirectoryEntry>("directory_entries", {
  columns: {
    siteGroupingId: tenant,
    kind: plain.text("kind"),
    id: plain.text("id"),
    name: encrypted.text("name"),
    phones: entryPhones,
    timeZone: plain.text("time_zone"),
    createdAt: timestamptz("created_at"),
    updatedAt: timestamptz("updated_at")
  },
  fixed: ["siteGroupingId", "kind", "id", "createdAt"],
  associatedData: ["kind", "id"],
  searched: ["name"]
})

/** A phone of an entry, as it is looked up. */
export interface EntryPhoneRow extends Pick<DirectoryEntry.DirectoryEntry, "id" | "kind" | "siteGroupingId"> {
  /** The contact's key. */
  readonly contactKey: Contact.Contact
}

export const directoryPhones = make<EntryPhoneRow>("directory_phones", {
  columns: {
    siteGroupingId: tenant,
    kind: plain.text("kind"),
    id: plain.text("entry_id"),
    contactKey: indexed("contact_key")
  }
})

export const voipSettings = make<{ readonly siteGroupingId: Tenant; readonly settings: VoipSettings.Edit }>(
  "voip_settings",
  { columns: { siteGroupingId: tenant, settings: encrypted.json("settings") }, fixed: ["siteGroupingId"] }
)

export const breakGlasses = make<BreakGlass.BreakGlass>("break_glasses", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    userId: plain.text("user_id"),
    reason: encrypted.text("reason"),
    openedAt: timestamptz("opened_at"),
    expiresAt: timestamptz("expires_at"),
    closedAt: timestamptz("closed_at")
  },
  associatedData: ["id"]
})

export const circuits = make<Circuit.Circuit>("circuits", {
  columns: {
    provider: plain.text("provider"),
    failures: integer("failures"),
    openUntil: timestamptz("open_until"),
    probeUntil: timestamptz("probe_until")
  },
  fixed: ["provider"]
})

export const rateBuckets = make<TokenBucket.TokenBucket>("rate_buckets", {
  columns: { key: plain.text("key"), fullAt: timestamptz("full_at") },
  fixed: ["key"]
})

/** A record of the audit log with what of its detail may be contact data beside it. */
export interface AuditRow extends AuditRecord {
  readonly sealed: string | null
}

export const auditLog = make<AuditRow>("audit_log", {
  columns: {
    siteGroupingId: tenant,
    place: bigint("place"),
    actor: plain.text("actor"),
    action: plain.text("action"),
    subject: plain.text("subject"),
    detail: plain.json("detail"),
    sealed: encrypted.text("sealed"),
    at: timestamptz("at"),
    hash: plain.text("hash")
  },
  associatedData: ["action", "subject"],
  isAppendOnly: true
})

export const mediaImports = make<MediaImport>("media_imports", {
  columns: {
    siteGroupingId: tenant,
    id: uuid("id"),
    provider: plain.text("provider"),
    source: encrypted.json("source"),
    stage: plain.text("stage"),
    failures: integer("failures")
  },
  associatedData: ["id"]
})
