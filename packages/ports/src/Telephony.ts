/**
 * A telephony provider: one service, in facets. An adapter implements it for one provider and passes the contract suite
 * of `@careline/testkit`.
 *
 * - `webhooks.receive` verifies over the raw bytes and only then decodes: an unverified payload cannot become an event.
 * - `messages.send` tries once, and never again by itself; whatever happens is an outcome, not an error.
 * - What an adapter does not declare in `capabilities` fails with `Unsupported`.
 */
import type { AttemptId, PhoneNumber, SendOutcome, DeliveryStatus } from "@careline/domain"
import { Context, type DateTime, Effect } from "effect"
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
}

/** What kind of webhook a path is for. */
export type WebhookKind = "sms" | "status"

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
  /** Who answers STOP and HELP. Careline confirms an opt-out only when the provider does not. */
  readonly optOutReplies: "provider" | "application"
}

/** What the provider calls us for. */
export interface Webhooks {
  /** Verifies, then decodes. Fails when it cannot do one of them. */
  readonly receive: (kind: WebhookKind, request: RawRequest) => Effect.Effect<Received, TelephonyError>
  /** The answer that tells the provider "taken, and say nothing to the sender". */
  readonly reply: (kind: WebhookKind) => HttpReply
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

/** What an adapter implements for one provider. */
export interface TelephonyService {
  /** The provider's name, as it stands in webhook paths: `twilio`. */
  readonly provider: string
  readonly capabilities: Capabilities
  readonly webhooks: Webhooks
  readonly messages: Messages
}

/** One provider. */
export class Telephony extends Context.Service<Telephony, TelephonyService>()("careline/ports/Telephony") {}

/** An adapter from what it can do: every operation it leaves out fails with `Unsupported`. */
export const make = (options: {
  readonly provider: string
  readonly capabilities: Capabilities
  readonly webhooks: Webhooks
  readonly messages: Pick<Messages, "send"> & Partial<Messages>
}): TelephonyService => {
  const unsupported = (operation: string) => () =>
    Effect.fail(
      new TelephonyError({
        provider: options.provider,
        operation,
        reason: new Unsupported({ message: "not supported by this provider", capability: operation })
      })
    )
  return {
    ...options,
    messages: {
      find: unsupported("messages.find"),
      status: unsupported("messages.status"),
      ...options.messages
    }
  }
}
