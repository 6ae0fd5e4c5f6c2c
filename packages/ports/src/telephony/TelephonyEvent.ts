/** What a provider's verified webhook tells, in words that all providers share. */
import { AttemptId, Attachment, CallId, CallReport, Contact, DeliveryStatus, SendOutcome } from "@careline/domain"
import { Schema } from "effect"
import { Destination } from "./Destination.ts"

/** What happened at a provider: something of a contact, or a report of something that we know. */
export const TelephonyEvent = Schema.TaggedUnion({
  /** A text or MMS came in on one of our numbers. */
  MessageReceived: {
    providerMessageId: Schema.NonEmptyString,
    /** The sender: E.164, or what the provider gave when it is no number. */
    from: Contact.Contact,
    to: Destination,
    /** Whom else a group message came for, in the provider's order: contacts, and numbers of ours. */
    alsoTo: Schema.optionalKey(Schema.Array(Destination)),
    text: Schema.String,
    attachments: Schema.Array(Attachment.Attachment),
    /** The keyword that the provider says it recognised and answered itself. */
    providerKeyword: Schema.NullOr(Schema.Literals(["opt_out", "opt_in", "help"]))
  },
  /** What became of a text that we sent. */
  DeliveryReported: {
    providerMessageId: Schema.NonEmptyString,
    /** Our attempt, where the provider echoes it. */
    attemptId: Schema.NullOr(AttemptId),
    status: DeliveryStatus.DeliveryStatus,
    failureReason: Schema.NullOr(SendOutcome.RejectionReason),
    errorCode: Schema.NullOr(Schema.String)
  },
  /** Somebody calls one of our numbers. */
  CallReceived: {
    providerCallId: Schema.NonEmptyString,
    /** The caller: E.164; `anonymous` when the number is withheld; or what the provider gave when it is neither. */
    from: Contact.Contact,
    to: Destination
  },
  /** Something became known of a call. */
  CallReported: {
    providerCallId: Schema.NonEmptyString,
    /** Ours, where the provider echoes it. */
    callId: Schema.NullOr(CallId),
    report: CallReport
  }
})
/** What happened at a provider: something of a contact, or a report of something that we know. */
export type TelephonyEvent = typeof TelephonyEvent.Type
/** A text that came in. */
export type MessageReceived = typeof TelephonyEvent.cases.MessageReceived.Type
/** What became of a text that we sent. */
export type DeliveryReported = typeof TelephonyEvent.cases.DeliveryReported.Type
/** A call that came in. */
export type CallReceived = typeof TelephonyEvent.cases.CallReceived.Type
/** What was heard of a call. */
export type CallReported = typeof TelephonyEvent.cases.CallReported.Type

/** What has to be applied in the order of its lane: what a contact sent or did. */
export type LaneArrival = MessageReceived | CallReceived

/** Whether an event belongs to a lane; any other is a report. */
export const isArrival = (event: TelephonyEvent): event is LaneArrival =>
  event._tag === "MessageReceived" || event._tag === "CallReceived"

/** A group message once for each number and address that it came for; any other event as it is. */
export const perDestination = (event: TelephonyEvent): ReadonlyArray<TelephonyEvent> => {
  if (event._tag !== "MessageReceived" || event.alsoTo === undefined) return [event]
  const named = [event.to, ...event.alsoTo]
  return named.map((to) => ({ ...event, to, alsoTo: named.filter((other) => other !== to) }))
}

const detailOf = (report: CallReported["report"]): string => {
  switch (report._tag) {
    case "Progressed":
      // Providers count a call's seconds in several places, each a little differently: what came first stands.
      return `${report.leg} ${report.status}${report.durationSeconds === null ? "" : " timed"}`
    case "Recorded":
      return `recorded ${report.durationSeconds ?? ""} ${report.recording}`
    case "RecordingLost":
      return `lost ${report.recording ?? ""}`
    case "Transcribed":
      return `${report.text === null ? "not transcribed" : "transcribed"} ${report.recording ?? ""}`
  }
}

/**
 * What tells an event from every other of its kind, provider and account: the provider's id of the text or call, and what of
 * it is told. Two webhooks with the same are one, delivered twice.
 */
export const identityOf = (event: TelephonyEvent): { readonly id: string; readonly detail: string } => {
  switch (event._tag) {
    case "MessageReceived":
      // Each number of ours in a group gets its own.
      return { id: event.providerMessageId, detail: (event.alsoTo ?? []).length === 0 ? "" : event.to }
    case "DeliveryReported":
      return { id: event.providerMessageId, detail: event.status }
    case "CallReceived":
      return { id: event.providerCallId, detail: "" }
    case "CallReported":
      return { id: event.providerCallId, detail: detailOf(event.report) }
  }
}
