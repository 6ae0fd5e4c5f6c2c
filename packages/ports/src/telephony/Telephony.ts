/**
 * A telephony provider: one service, in facets. An adapter implements it for one provider and passes the contract suite
 * of `@careline/testkit`.
 *
 * - `webhooks.receive` verifies over the raw bytes and only then decodes: an unverified payload cannot become an event.
 * - `messages.send` tries once, and never again by itself; whatever happens is an outcome, not an error.
 * - What an adapter does not declare in `capabilities` fails with `Unsupported`.
 */
import type {
  AttemptId,
  CallId,
  CallPlan,
  CallStatus,
  DeliveryStatus,
  PhoneNumber,
  SendOutcome
} from "@careline/domain"
import { Context, type DateTime, Effect } from "effect"
import type { Numbers, NumbersCapabilities } from "./Numbers.ts"
import { TelephonyError, Unsupported } from "./TelephonyError.ts"
import type { TelephonyEvent } from "./TelephonyEvent.ts"

/** A request as it came over the wire. Nothing of it is parsed, decoded or normalised. */
export interface RawRequest {
  readonly method: string
  /** Path and query exactly as received: `/api/v1/webhooks/twilio/sms?a=b`. */
  readonly target: string
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
}

/** What to answer a provider. */
export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A verified webhook: where it is from, and its events. None when it tells nothing that Careline acts on. */
export interface Received {
  /** The account at the provider, part of what tells events apart. */
  readonly account: string
  readonly events: ReadonlyArray<TelephonyEvent>
  /** The call that waits for its next step in our answer, after its first; none where none waits. */
  readonly turn?: CallTurn | undefined
}

/** A call that goes on: where it stands in its plan, and what happened there. */
export interface CallTurn {
  readonly providerCallId: string
  /** Ours, as the callback URL carries it; `null` where it carries none. Never trusted alone: nobody signed the URL everywhere. */
  readonly callId: CallId | null
  readonly at: CallPlan.Path
  readonly turn: CallPlan.Turn
}

/**
 * What kind of webhook a path is for. `call`: a call that begins, or waits for its next step; `call-status`, `recording` and
 * `transcription` report. `fallback`: where the provider asks when `call` did not answer.
 */
export type WebhookKind = "sms" | "status" | "call" | "call-status" | "recording" | "transcription" | "fallback"

/** What a call does next, to be rendered. */
export interface CallStep extends CallPlan.Step {
  /** For the callbacks of this step; `null` when the call is not kept: then nothing comes back but a recording. */
  readonly callId: CallId | null
}

/** A text that is to leave, under its attempt. */
export interface OutboundMessage {
  readonly attemptId: AttemptId
  readonly from: PhoneNumber.E164
  readonly to: PhoneNumber.E164
  readonly body: string
  readonly mediaUrls: ReadonlyArray<string>
}

/** An attempt whose outcome nobody knows, with all that may identify it at the provider. */
export interface SentAttempt extends OutboundMessage {
  readonly startedAt: DateTime.Utc
  /** Ids at the provider that belong to other attempts and so are not this one. */
  readonly claimedProviderMessageIds: ReadonlyArray<string>
}

/** What a look at the provider for an attempt found. `absent` only when the provider would show it by now. */
export type FindResult =
  | { readonly _tag: "Found"; readonly providerMessageId: string; readonly status: DeliveryStatus.DeliveryStatus }
  | { readonly _tag: "Absent" }
  | { readonly _tag: "CannotTell"; readonly detail: string }

/** What became of a message, by the provider's own record. */
export interface MessageStatus {
  readonly status: DeliveryStatus.DeliveryStatus
  readonly failureReason: SendOutcome.RejectionReason | null
  readonly errorCode: string | null
}

/** A call that we place. What happens once it is answered is asked at `call`, as `Turn.Answered` at the beginning of its plan. */
export interface OutboundCall {
  readonly callId: CallId
  /** One of our numbers, which the other side sees. */
  readonly from: CallPlan.CallerId
  readonly to: PhoneNumber.E164
  readonly ringSeconds: number
  readonly maxSeconds: number
}

/** What became of placing a call. Only `Placed` made a phone ring for sure, and `Unknown` may have. */
export type CallOutcome =
  | { readonly _tag: "Placed"; readonly providerCallId: string }
  | Exclude<SendOutcome.SendOutcome, { readonly _tag: "Accepted" }>

/** What became of a call, by the provider's own record. */
export interface CallProgress {
  readonly status: CallStatus.CallStatus
  readonly durationSeconds: number | null
}

/** Bytes as the provider handed them over, with the media type that it said they have. */
export interface Media {
  readonly bytes: Uint8Array
  readonly contentType: string | null
}

/** What the provider can do. Values rather than booleans where providers differ. */
export interface Capabilities {
  readonly messages: {
    /** Attachments of one message, and the characters of the text beside them; `null` for a provider of texts only. */
    readonly mms: { readonly maxMedia: number; readonly maxTextLength: number } | null
    /** Longest text of one message, in characters. */
    readonly maxTextLength: number
    /** How a late answer is tied to its attempt. */
    readonly attemptEcho: "callback_url" | "client_reference" | "none"
    /** How a lost answer is looked up. */
    readonly find: "by_reference" | "by_content" | "none"
    /**
     * How long after an attempt the provider may still be silent about it, in milliseconds. `null`: its silence never
     * proves that it has nothing.
     */
    readonly findAfterMillis: number | null
    /** Whether one message can be asked for by the provider's id. */
    readonly status: "by_id" | "none"
  }
  readonly webhooks: {
    /** What a webhook that comes unsigned is: forged, or the provider's own slip, after which it comes again signed. */
    readonly unsigned: "forged" | "provider_slip"
    /**
     * What the signature is over: the body's bytes, or the parameters that are read from it. `nothing`: the webhook
     * carries credentials, and its content is only as safe as the connection.
     */
    readonly signatureCovers: "bytes" | "parameters" | "nothing"
    /** How old a signed webhook may be, in milliseconds; `null` where the signature covers no time. */
    readonly signatureMaxAgeMillis: number | null
    /** Whether a webhook names the opt-out word that the provider recognised. */
    readonly namesKeywords: boolean
  }
  /** `null` for a provider of texts only. */
  readonly voice: {
    /** The languages that it writes recordings down in by itself, as BCP 47 languages without a region. */
    readonly transcription: "any" | "none" | ReadonlyArray<string>
    /** Whether a call can be asked for by the provider's id. */
    readonly status: "by_id" | "none"
    /** Whether a recording is there until it is deleted, or only for a while. */
    readonly recordings: "until_deleted" | "expiring"
  } | null
  /** What came with texts: there until it is deleted, or only for a while; `none` where it cannot be fetched. */
  readonly media: "until_deleted" | "expiring" | "none"
  /** What the provider lists of what it received for us, so that a lost webhook loses nothing. */
  readonly history: { readonly messages: boolean; readonly calls: boolean; readonly recordings: boolean }
  /** Searching, buying and configuring numbers; `null` where that is done by hand. */
  readonly numbers: NumbersCapabilities | null
  /** Who answers STOP and HELP. Careline confirms an opt-out only when the provider does not. */
  readonly optOutReplies: "provider" | "application"
}

/** What the provider calls us for. */
export interface Webhooks {
  /** Verifies, then decodes. Fails when it cannot do one of them. */
  readonly receive: (kind: WebhookKind, request: RawRequest) => Effect.Effect<Received, TelephonyError>
  /**
   * The answer, in the provider's own format: what the call does next, or, without a step, "taken, and say nothing". Pure:
   * it waits for nobody, because somebody is on the phone.
   */
  readonly reply: (kind: WebhookKind, step?: CallStep) => HttpReply
}

/** Texts at the provider. */
export interface Messages {
  /** One try. Fails only with `Unsupported`. */
  readonly send: (message: OutboundMessage) => Effect.Effect<SendOutcome.SendOutcome, TelephonyError>
  /** Looks for an attempt whose answer was lost. */
  readonly find: (attempt: SentAttempt) => Effect.Effect<FindResult, TelephonyError>
  /** What became of a message, asked by the provider's id. */
  readonly status: (providerMessageId: string) => Effect.Effect<MessageStatus, TelephonyError>
}

/** Calls at the provider. */
export interface Calls {
  /** One try. Fails only with `Unsupported`. */
  readonly place: (call: OutboundCall) => Effect.Effect<CallOutcome, TelephonyError>
  /** What became of a call, asked by the provider's id. `NotFound` once the provider forgot it. */
  readonly status: (providerCallId: string) => Effect.Effect<CallProgress, TelephonyError>
}

/** Recordings at the provider, by what `CallReport.Recorded` calls them. */
export interface Recordings {
  /** The whole recording, up to `maxBytes`. `NotFound` while it is not there, or not any more. */
  readonly fetch: (recording: string, maxBytes: number) => Effect.Effect<Media, TelephonyError>
  /** Deletes the provider's copy. One that is not there counts as deleted. `Unsupported` where copies expire by themselves. */
  readonly delete: (recording: string) => Effect.Effect<void, TelephonyError>
  /** What the provider wrote down; `null` while it has nothing. */
  readonly transcript: (
    recording: string
  ) => Effect.Effect<{ readonly text: string; readonly confidence: number | null } | null, TelephonyError>
}

/** What came with a text, by the URL that its event gave. */
export interface InboundMedia {
  /** The whole of it, up to `maxBytes`. Asks no host but the provider's own. */
  readonly fetch: (url: string, maxBytes: number) => Effect.Effect<Media, TelephonyError>
  /** Deletes the provider's copy. `Unsupported` where copies expire by themselves. */
  readonly delete: (url: string) => Effect.Effect<void, TelephonyError>
}

/** Something that the provider has on record, and when the text or the call that it is of came in. */
export interface HistoryRecord {
  readonly at: DateTime.Utc
  readonly event: TelephonyEvent
}

/** What the provider received for us. */
export interface History {
  /**
   * Texts that came in, calls that came in and are over, and their recordings, of the time between: as the events that their
   * webhooks would have been, so that those that did come are told as duplicates. With the account that tells them apart.
   */
  readonly between: (
    from: DateTime.Utc,
    to: DateTime.Utc
  ) => Effect.Effect<{ readonly account: string; readonly records: ReadonlyArray<HistoryRecord> }, TelephonyError>
}

/** What an adapter implements for one provider. */
export interface TelephonyService {
  /** The provider's name, as it stands in webhook paths: `twilio`. */
  readonly provider: string
  readonly capabilities: Capabilities
  readonly webhooks: Webhooks
  readonly messages: Messages
  readonly calls: Calls
  readonly recordings: Recordings
  readonly media: InboundMedia
  readonly history: History
  readonly numbers: Numbers
}

/** One provider. */
export class Telephony extends Context.Service<Telephony, TelephonyService>()("careline/ports/Telephony") {}

/** What an adapter's author writes: all that the provider can do. */
export interface TelephonyParts {
  readonly provider: string
  readonly capabilities: Capabilities
  readonly webhooks: Webhooks
  readonly messages: Pick<Messages, "send"> & Partial<Messages>
  readonly calls?: Partial<Calls>
  readonly recordings?: Partial<Recordings>
  readonly media?: Partial<InboundMedia>
  readonly history?: History
  readonly numbers?: Numbers
}

/** An adapter from what it can do: every operation it leaves out fails with `Unsupported`. */
export const make = (parts: TelephonyParts): TelephonyService => {
  const unsupported = (operation: string) => () =>
    Effect.fail(
      new TelephonyError({
        provider: parts.provider,
        operation,
        reason: new Unsupported({ message: "not supported by this provider", capability: operation })
      })
    )
  return {
    ...parts,
    messages: { find: unsupported("messages.find"), status: unsupported("messages.status"), ...parts.messages },
    calls: { place: unsupported("calls.place"), status: unsupported("calls.status"), ...parts.calls },
    recordings: {
      fetch: unsupported("recordings.fetch"),
      delete: unsupported("recordings.delete"),
      transcript: unsupported("recordings.transcript"),
      ...parts.recordings
    },
    media: { fetch: unsupported("media.fetch"), delete: unsupported("media.delete"), ...parts.media },
    history: parts.history ?? { between: unsupported("history.between") },
    numbers: parts.numbers ?? {
      search: unsupported("numbers.search"),
      buy: unsupported("numbers.buy"),
      find: unsupported("numbers.find"),
      configure: unsupported("numbers.configure"),
      release: unsupported("numbers.release"),
      owns: unsupported("numbers.owns"),
      list: unsupported("numbers.list")
    }
  }
}
