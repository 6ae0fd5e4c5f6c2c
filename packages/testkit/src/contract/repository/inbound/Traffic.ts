/** Events as providers report them, into the inbox and out of it again. */
import type { CallReport, Contact, PhoneNumber } from "@careline/domain"
import type { DeliveryStatus } from "@careline/domain"
import { Inbox, type IncomingEvent, type Lane, type LaneArrival, type Settlement } from "@careline/ports"
import { Effect } from "effect"
import * as Given from "../shared/Given.ts"
import { StoreUnderTest } from "../shared/Harness.ts"

const freshProviderId = Effect.flatMap(StoreUnderTest, ({ nextInt }) =>
  Effect.map(nextInt, (count) => `provider-${count}`)
)

const incoming = <Event extends IncomingEvent["event"]>(event: Event): IncomingEvent & { readonly event: Event } => ({
  provider: "memory",
  account: "main",
  event
})

/** A text that came in; not accepted yet. */
export const aText = Effect.fnUntraced(function* (from: Contact.Contact, to: PhoneNumber.E164, text = "Hello") {
  return incoming({
    _tag: "MessageReceived" as const,
    providerMessageId: yield* freshProviderId,
    from,
    to,
    text,
    attachments: [],
    providerKeyword: null
  })
})

/** A call that came in; not accepted yet. */
export const aCall = Effect.fnUntraced(function* (from: Contact.Contact, to: PhoneNumber.E164) {
  return incoming({ _tag: "CallReceived" as const, providerCallId: yield* freshProviderId, from, to })
})

/** A report of a call that came in; not accepted yet. */
export const aCallReport = Effect.fnUntraced(function* (report: CallReport) {
  return incoming({ _tag: "CallReported" as const, providerCallId: yield* freshProviderId, callId: null, report })
})

/** A delivery report that came in; not accepted yet. */
export const aReport = Effect.fnUntraced(function* (status: DeliveryStatus.DeliveryStatus = "delivered") {
  return incoming({
    _tag: "DeliveryReported",
    providerMessageId: yield* freshProviderId,
    attemptId: null,
    status,
    failureReason: null,
    errorCode: null
  })
})

export const accept = (events: ReadonlyArray<IncomingEvent>) => Effect.flatMap(Inbox, (inbox) => inbox.accept(events))

/** Accepts texts with these words from one contact to one number, in this order. */
export const textsIn = Effect.fnUntraced(function* (
  from: Contact.Contact,
  to: PhoneNumber.E164,
  words: ReadonlyArray<string>
) {
  return yield* accept(yield* Effect.forEach(words, (text) => aText(from, to, text)))
})

export const claimLanes = (lanes = 100, eventsPerLane = 100) =>
  Effect.map(
    Effect.flatMap(Inbox, (inbox) => inbox.claimLanes({ lanes, eventsPerLane })),
    (claimed) => claimed.lanes
  )

export const claimCallReports = (limit = 100) =>
  Effect.map(
    Effect.flatMap(Inbox, (inbox) => inbox.claimCallReports(limit)),
    ({ reports }) => reports
  )

export const claimReports = (limit = 100) =>
  Effect.map(
    Effect.flatMap(Inbox, (inbox) => inbox.claimReports(limit)),
    ({ reports }) => reports
  )

/** Up to so many parked events, the newest first. */
export const parked = (limit: number) =>
  Effect.map(
    Effect.flatMap(Inbox, (inbox) => inbox.parked({ limit, cursor: null })),
    ({ items }) => items
  )

export const settle = (settlements: ReadonlyArray<Settlement>) =>
  Effect.flatMap(Inbox, (inbox) => inbox.settle(settlements))

export const done = ({ id }: { readonly id: string }): Settlement => ({ _tag: "Done", id })

/** Claims lanes and settles of their events what `decide` says, in one transaction. */
export const work = (decide: (lane: Lane) => ReadonlyArray<Settlement>, lanes = 100, eventsPerLane = 100) =>
  Given.transact(
    Effect.tap(claimLanes(lanes, eventsPerLane), (claimed) => settle(claimed.flatMap((lane) => decide(lane))))
  )

/** The words of a text; of a call that it is one. */
export const wordOf = (event: LaneArrival): string => (event._tag === "MessageReceived" ? event.text : "(a call)")

/** The words of a lane's texts, in their order. */
export const wordsOf = ({ events }: Pick<Lane, "events">): ReadonlyArray<string> =>
  events.map(({ event }) => wordOf(event))

/** The words that are waiting, lane by lane. */
export const waiting = Effect.map(Given.peek(claimLanes()), (lanes) => lanes.map(wordsOf))
