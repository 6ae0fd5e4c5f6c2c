/** The model's data as plain async functions take and give it, by name. */
import type * as Domain from "@careline/domain"
import type * as AuditLog from "../storage/AuditLog.ts"
import type * as Broadcaster from "../storage/Broadcaster.ts"
import type * as Directory from "../services/Directory.ts"
import type * as Inbox from "../storage/Inbox.ts"
import type * as Messages from "../storage/Messages.ts"
import type * as Outbox from "../storage/Outbox.ts"
import type * as Telephony from "../telephony/Telephony.ts"
import type * as Events from "../telephony/TelephonyEvent.ts"
import type * as Threads from "../storage/Threads.ts"
import type * as Timers from "../storage/Timers.ts"
import type { Plain } from "./Plain.ts"

/** A conversation with one contact. */
export type Thread = Plain<Domain.Thread.Thread>
/** What tells one thread from all others: its tenant, and its contact. */
export type ThreadKey = Plain<Domain.Thread.ThreadKey>
/** A thread with what a list shows beside it. */
export type ThreadView = Plain<Threads.ThreadView>
/** Which threads are listed, for whom. */
export type ThreadQuery = Plain<Threads.ThreadQuery>
/** One text of a thread. */
export type Message = Plain<Domain.Message.Message>
/** What is known of a message beside its text. */
export type MessageMetadata = Plain<Domain.Message.MessageMetadata>
/** A file that came with a text. */
export type Attachment = Plain<Domain.Attachment.Attachment>
/** Which messages of a thread are listed. */
export type MessageListQuery = Plain<Messages.MessageListQuery>
/** Which messages of all threads are listed. */
export type MessageStatusQuery = Plain<Messages.MessageStatusQuery>
/** What a message says from now on. */
export type MessageRevision = Plain<Messages.MessageRevision>
/** What was heard of a message's way. */
export type MessageUpdate = Plain<Messages.MessageUpdate>
/** How far a member of staff has read a thread. */
export type ReadMark = Plain<Messages.ReadMark>
/** A member of staff who said how far they have read a thread. */
export type Reader = Plain<Messages.Reader>
/** A member of staff looks at the threads of tenants. */
export type ReaderArrival = Plain<Messages.ReaderArrival>
/** How far a text has come. */
export type DeliveryStatus = Plain<Domain.DeliveryStatus.DeliveryStatus>
/** What a rule decided, for the store to carry out. */
export type Change = Plain<Domain.Change>
/** A number that we own. */
export type PoolNumber = Plain<Domain.PoolNumber.PoolNumber>
/** Whether a contact may be texted. */
export type Consent = Plain<Domain.Consent.Consent>
/** What a tenant decided about its line. */
export type VoipSettings = Plain<Domain.VoipSettings.VoipSettings>

/** A text that has to leave. */
export type Send = Plain<Domain.Send.Send>
/** How urgent a send is. */
export type SendLane = Domain.SendLane.SendLane
/** What is to be claimed of the queue. */
export type SendClaim = Plain<Outbox.SendClaim>
/** How far a send has come. */
export type SendState = Plain<Domain.Send.SendState>
/** One try at a send. */
export type Attempt = Plain<Outbox.Attempt>
/** What becomes of a send. */
export type SendUpdate = Plain<Outbox.SendUpdate>
/** A send that nobody knows the outcome of, and its current attempt. */
export type UnknownSend = Plain<Outbox.UnknownSend>
/** What a delivery report is about. */
export type ReportTarget = Plain<Outbox.ReportTarget>
/** A send, and the report that is about it. */
export type MatchedSend = Plain<Outbox.MatchedSend>
/** Whether a provider is asked at all. */
export type Circuit = Plain<Domain.Circuit.Circuit>
/** What is left of a rate. */
export type TokenBucket = Plain<Domain.TokenBucket.TokenBucket>

/** An event with what tells it from every other. */
export type IncomingEvent = Plain<Inbox.IncomingEvent>
/** Whether an event was kept. */
export type Acceptance = Plain<Inbox.Acceptance>
/** What has to stay in order: the texts of one contact on one number. */
export type Lane = Plain<Inbox.Lane>
/** A text in its lane. */
export type LaneEvent = Plain<Inbox.LaneEvent>
/** Lanes that are ours until the transaction ends. */
export type ClaimedLanes = Plain<Inbox.ClaimedLanes>
/** Delivery reports that are ours until the transaction ends. */
export type ClaimedReports = Plain<Inbox.ClaimedReports>
/** One of them. */
export type ClaimedReport = ClaimedReports["reports"][number]
/** A report of a call that is ours until the transaction ends. */
export type ClaimedCallReport = Plain<Inbox.ClaimedCallReports["reports"][number]>
/** What became of a claimed event. */
export type Settlement = Plain<Inbox.Settlement>
/** An event that could not be applied, kept for a person. */
export type ParkedEvent = Plain<Inbox.ParkedEvent>

/** Something that changed, without its content. */
export type BroadcastEvent = Plain<Broadcaster.BroadcastEvent>
/** An event with its place in the stream. */
export type PublishedEvent = Plain<Broadcaster.PublishedEvent>
/** Who did what to whose data. */
export type AuditEntry = Plain<AuditLog.AuditEntry>
/** An alarm that is due. */
export type Timer = Plain<Timers.Timer>
/** What the directory has on a contact. */
export type ContactCard = Plain<Directory.ContactCard>

/** What a provider's verified webhook tells. */
export type TelephonyEvent = Plain<Events.TelephonyEvent>
/** A text that came in. */
export type MessageReceived = Plain<Events.MessageReceived>
/** What became of a text that we sent. */
export type DeliveryReported = Plain<Events.DeliveryReported>
/** A request as it came over the wire. */
export type RawRequest = Plain<Telephony.RawRequest>
/** A verified webhook: where it is from, and its events. */
export type Received = Plain<Telephony.Received>
/** A text that is to leave, under its attempt. */
export type OutboundMessage = Plain<Telephony.OutboundMessage>
/** An attempt whose outcome nobody knows, for a look at the provider. */
export type SentAttempt = Plain<Telephony.SentAttempt>
/** What handing over a text came to. */
export type SendOutcome = Plain<Domain.SendOutcome.SendOutcome>
/** Why a provider rejected a text. */
export type RejectionReason = Plain<Domain.SendOutcome.RejectionReason>
/** What a look for an attempt found. */
export type FindResult = Plain<Telephony.FindResult>
/** What became of a message, by the provider's own record. */
export type MessageStatus = Plain<Telephony.MessageStatus>
