/** The model's data as plain async functions take and give it, by name. */
import type * as Domain from "@careline/domain"
import type * as Ports from "@careline/ports"
import type { Plain } from "./Plain.ts"

/** A conversation with one contact. */
export type Thread = Plain<Domain.Thread.Thread>
/** What tells one thread from all others: its tenant, and its contact. */
export type ThreadKey = Plain<Domain.Thread.ThreadKey>
/** A thread with what a list shows beside it. */
export type ThreadView = Plain<Ports.ThreadView>
/** Which threads are listed, for whom. */
export type ThreadQuery = Plain<Ports.ThreadQuery>
/** One text of a thread. */
export type Message = Plain<Domain.Message.Message>
/** What is known of a message beside its text. */
export type MessageMetadata = Plain<Domain.Message.MessageMetadata>
/** A file that came with a text. */
export type Attachment = Plain<Domain.Attachment.Attachment>
/** Which messages of a thread are listed. */
export type MessageListQuery = Plain<Ports.MessageListQuery>
/** Which messages of all threads are listed. */
export type MessageStatusQuery = Plain<Ports.MessageStatusQuery>
/** What a message says from now on. */
export type MessageRevision = Plain<Ports.MessageRevision>
/** What was heard of a message's way. */
export type MessageUpdate = Plain<Ports.MessageUpdate>
/** How far a member of staff has read a thread. */
export type ReadMark = Plain<Ports.ReadMark>
/** A member of staff who said how far they have read a thread. */
export type Reader = Plain<Ports.Reader>
/** A member of staff looks at the threads of tenants. */
export type ReaderArrival = Plain<Ports.ReaderArrival>
/** How far a text has come. */
export type DeliveryStatus = Plain<Domain.DeliveryStatus.DeliveryStatus>
/** What a rule decided, for the store to carry out. */
export type Change = Plain<Domain.Change>
/** What a tenant has of a number that we own. */
export type TenantNumber = Plain<Domain.InventoryNumber.TenantNumber>
/** Whether a contact may be texted. */
export type Consent = Plain<Domain.Consent.Consent>
/** What a tenant decided about its line. */
export type VoipSettings = Plain<Domain.VoipSettings.VoipSettings>

/** A text that has to leave. */
export type Send = Plain<Domain.Send.Send>
/** How urgent a send is. */
export type SendLane = Domain.SendLane.SendLane
/** What is to be claimed of the queue. */
export type SendClaim = Plain<Ports.SendClaim>
/** How far a send has come. */
export type SendState = Plain<Domain.Send.SendState>
/** One try at a send. */
export type Attempt = Plain<Ports.Attempt>
/** What becomes of a send. */
export type SendUpdate = Plain<Ports.SendUpdate>
/** A send that nobody knows the outcome of, and its current attempt. */
export type UnknownSend = Plain<Ports.UnknownSend>
/** What a delivery report is about. */
export type ReportTarget = Plain<Ports.ReportTarget>
/** A send, and the report that is about it. */
export type MatchedSend = Plain<Ports.MatchedSend>
/** Whether a provider is asked at all. */
export type Circuit = Plain<Domain.Circuit.Circuit>
/** What is left of a rate. */
export type TokenBucket = Plain<Domain.TokenBucket.TokenBucket>

/** An event with what tells it from every other. */
export type IncomingEvent = Plain<Ports.IncomingEvent>
/** Whether an event was kept. */
export type Acceptance = Plain<Ports.Acceptance>
/** What has to stay in order: the texts of one contact on one number. */
export type Lane = Plain<Ports.Lane>
/** A text in its lane. */
export type LaneEvent = Plain<Ports.LaneEvent>
/** Lanes that are ours until the transaction ends. */
export type ClaimedLanes = Plain<Ports.ClaimedLanes>
/** Delivery reports that are ours until the transaction ends. */
export type ClaimedReports = Plain<Ports.ClaimedReports>
/** One of them. */
export type ClaimedReport = ClaimedReports["reports"][number]
/** A report of a call that is ours until the transaction ends. */
export type ClaimedCallReport = Plain<Ports.ClaimedCallReports["reports"][number]>
/** What became of a claimed event. */
export type Settlement = Plain<Ports.Settlement>
/** An event that could not be applied, kept for a person. */
export type ParkedEvent = Plain<Ports.ParkedEvent>

/** Something that changed, without its content. */
export type BroadcastEvent = Plain<Ports.BroadcastEvent>
/** An event with its place in the stream. */
export type PublishedEvent = Plain<Ports.PublishedEvent>
/** Who did what to whose data. */
export type AuditEntry = Plain<Ports.AuditEntry>
/** An alarm that is due. */
export type Timer = Plain<Ports.Timer>
/** What the directory has on a contact. */
export type ContactCard = Plain<Ports.ContactCard>

/** What a provider's verified webhook tells. */
export type TelephonyEvent = Plain<Ports.TelephonyEvent>
/** A text that came in. */
export type MessageReceived = Plain<Ports.MessageReceived>
/** What became of a text that we sent. */
export type DeliveryReported = Plain<Ports.DeliveryReported>
/** A request as it came over the wire. */
export type RawRequest = Plain<Ports.Telephony.RawRequest>
/** A verified webhook: where it is from, and its events. */
export type Received = Plain<Ports.Telephony.Received>
/** A text that is to leave, under its attempt. */
export type OutboundMessage = Plain<Ports.Telephony.OutboundMessage>
/** An attempt whose outcome nobody knows, for a look at the provider. */
export type SentAttempt = Plain<Ports.Telephony.SentAttempt>
/** What handing over a text came to. */
export type SendOutcome = Plain<Domain.SendOutcome.SendOutcome>
/** Why a provider rejected a text. */
export type RejectionReason = Plain<Domain.SendOutcome.RejectionReason>
/** What a look for an attempt found. */
export type FindResult = Plain<Ports.Telephony.FindResult>
/** What became of a message, by the provider's own record. */
export type MessageStatus = Plain<Ports.Telephony.MessageStatus>
