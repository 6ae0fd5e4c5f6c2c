/** What the least adapter is put together from: an adapter with a known fault has another part. */
import type { AttemptId, DeliveryStatus, SendOutcome } from "@careline/domain"
import type { ProviderFailure } from "@careline/adapter-kit"
import type { Telephony, TelephonyError } from "@careline/ports"
import type * as AcmeCalls from "./AcmeCalls.ts"
import type * as AcmeNumbers from "./AcmeNumbers.ts"
import type { AcmeOptions, Answer } from "./AcmeWire.ts"

export type Event = AcmeCalls.Event

export interface Message {
  readonly id: string
  readonly ref: string | null
  readonly to: string
  readonly text: string
  readonly status: string
  readonly code: string | null
}

export type Method = "DELETE" | undefined

/** What the adapter is made of. */
export interface Parts {
  readonly capabilities: Telephony.Capabilities
  readonly call: (options: AcmeOptions, path: string, body?: object, method?: Method) => Promise<Answer>
  readonly requestOf: (message: Telephony.OutboundMessage) => object
  readonly failureOf: (options: AcmeOptions, problem: unknown) => ProviderFailure.Failure
  readonly afterFailure: (failure: ProviderFailure.Failure) => SendOutcome.SendOutcome
  /** How often a send is tried. */
  readonly tries: number
  readonly isSigned: (secrets: ReadonlyArray<string>, request: Telephony.RawRequest, nowSeconds: number) => boolean
  readonly toE164: (digits: unknown) => string
  readonly mediaOf: (event: Event) => ReadonlyArray<{ readonly url: string; readonly contentType: string }>
  readonly statusOf: (status: string) => DeliveryStatus.DeliveryStatus | null
  readonly attemptOf: (event: Event) => AttemptId | null
  readonly keywordOf: (event: Event) => "opt_out" | "opt_in" | "help" | null
  readonly unreadable: TelephonyError.TelephonyErrorReason
  /** What becomes of an event of a kind that nobody knows. */
  readonly unknown: TelephonyError.TelephonyErrorReason | null
  readonly matches: (attempt: Telephony.SentAttempt, message: Message) => boolean
  readonly absentAfterMillis: number
  readonly reply: Telephony.HttpReply
  readonly facets: ReadonlyArray<"find" | "status">
  /** What it makes of calls, pictures and what was received. */
  readonly calls: AcmeCalls.CallParts
  readonly numbers: AcmeNumbers.NumberParts
}
