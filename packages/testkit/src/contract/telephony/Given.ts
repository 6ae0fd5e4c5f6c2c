/** What the tests of the contract have in common: texts to send, and what became of them. */
import { type AttemptId, DeliveryStatus, type PhoneNumber, type SendOutcome } from "@careline/domain"
import type { DeliveryReported, MessageReceived, Telephony, TelephonyError } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { SimulatedMessage } from "../../simulators/core/Ledger.ts"
import type { RequestFault } from "../../simulators/core/Scenario.ts"
import { type Delivered, Receiver } from "./Receiver.ts"
import { ProviderUnderTest } from "./Subject.ts"

/** Somebody who texts, and is texted. */
export const contact = "+13035550123" as PhoneNumber.E164

let count = 0

/** A text to a recipient that no other test texts, under an attempt of its own. */
export const outbound = Effect.fnUntraced(function* (change: Partial<Telephony.OutboundMessage> = {}) {
  const { line } = yield* ProviderUnderTest
  count++
  const message: Telephony.OutboundMessage = {
    // As long as Careline's own: a UUID.
    attemptId: `01980000-0000-7000-8000-${String(count).padStart(12, "0")}` as AttemptId,
    from: line,
    to: `+1303555${String(1000 + count)}` as PhoneNumber.E164,
    body: `Your results are in, number ${count}`,
    mediaUrls: [],
    ...change
  }
  return message
})

/** One try at a text, by the adapter. */
export const send = Effect.fnUntraced(function* (
  message: Telephony.OutboundMessage
): Effect.fn.Return<SendOutcome.SendOutcome, TelephonyError.TelephonyError, ProviderUnderTest> {
  const { telephony } = yield* ProviderUnderTest
  return yield* telephony.messages.send(message)
})

/** A text that was tried: what the adapter made of it, and what the provider has taken. */
export interface Tried {
  readonly message: Telephony.OutboundMessage
  readonly outcome: SendOutcome.SendOutcome
  readonly attempt: Telephony.SentAttempt
  readonly taken: ReadonlyArray<SimulatedMessage>
}

/** Sends a text that goes one way, and says what the adapter knows after it. */
export const sendWith = Effect.fnUntraced(function* (
  fault: RequestFault,
  change: Partial<Telephony.OutboundMessage> = {}
): Effect.fn.Return<Tried, TelephonyError.TelephonyError, ProviderUnderTest> {
  const { simulator } = yield* ProviderUnderTest
  const message = yield* outbound(change)
  const startedAt = yield* DateTime.now
  simulator.faults.onSend(fault)
  const outcome = yield* send(message)
  const attempt: Telephony.SentAttempt = { ...message, startedAt, claimedProviderMessageIds: [] }
  return { message, outcome, attempt, taken: simulator.ledger.sent.filter(({ to }) => to === message.to) }
})

/** Once every webhook has arrived. */
export const settled = Effect.gen(function* () {
  const { simulator } = yield* ProviderUnderTest
  const { delivered } = yield* Receiver
  yield* Effect.promise(() => simulator.idle())
  return delivered
})

/** The reports that the adapter read so far, in the order in which they came. */
export const reports = Effect.map(settled, (delivered) => delivered.flatMap(eventsOf).filter(isReport))

/** What is known of a text after all of its reports, as Careline joins them. */
export const joined = (
  reported: ReadonlyArray<DeliveryReported>,
  { attemptId }: Pick<Telephony.OutboundMessage, "attemptId">,
  providerMessageId?: string
): DeliveryStatus.DeliveryStatus =>
  reported
    .filter((report) => report.attemptId === attemptId || report.providerMessageId === providerMessageId)
    .reduce<DeliveryStatus.DeliveryStatus>((known, { status }) => DeliveryStatus.apply(known, status), "queued")

const isReport = (event: { readonly _tag: string }): event is DeliveryReported => event._tag === "DeliveryReported"
const isReceived = (event: { readonly _tag: string }): event is MessageReceived => event._tag === "MessageReceived"

export const eventsOf = ({ result }: Delivered) => (result?._tag === "Success" ? result.success.events : [])

/** Somebody texts the line; the webhooks that came of it, and the text that the adapter read. */
export const receive = Effect.fnUntraced(function* (
  text: { readonly body: string; readonly from?: string } & Partial<
    Parameters<ProviderUnderTest["Service"]["simulator"]["receive"]>[0]
  >
) {
  const { line, simulator } = yield* ProviderUnderTest
  const { delivered } = yield* Receiver
  const before = delivered.length
  const { id } = yield* Effect.promise(() => simulator.receive({ from: contact, to: line, ...text }))
  const webhooks = delivered.slice(before)
  return { id, webhooks, received: webhooks.flatMap(eventsOf).filter(isReceived) }
})
