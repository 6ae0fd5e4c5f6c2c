/**
 * Applies the texts and calls that wait in the inbox: many lanes in one transaction, one read and one write per table, each lane in
 * its order. No provider is called here: answers are queued.
 *
 * A batch that fails is done again lane by lane, so that one poisoned event delays nobody else's. The event itself is
 * tried again later, and parked, visibly, when it never works.
 */
import {
  type Call,
  type Change,
  Consent,
  InboundText,
  IncomingCall,
  type MessageId,
  type InventoryNumber,
  Reaction,
  type SendId,
  type Thread,
  type ThreadId
} from "@careline/domain"
import {
  Consents,
  IdGenerator,
  Inbox,
  type Lane,
  type LaneEvent,
  type MessageReceived,
  Messages,
  Settings,
  type Settlement,
  Optional,
  SiteGroupings,
  TelephonyProviders,
  Threads
} from "@careline/ports"
import { Cause, DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { contactCards, contactKey } from "../access/ContactCards.ts"
import { commit } from "../shared/Commit.ts"
import { loadCalls } from "../calls/LaneCalls.ts"
import { importMedia } from "../media/LaneMedia.ts"
import { noteInboundWait } from "../shared/Metrics.ts"
import { Limits } from "../shared/Limits.ts"
import { isolateFailures } from "../shared/IsolateFailures.ts"
import { reachedAtOnce } from "../access/ResolveInboundNumbers.ts"

const MESSAGES_PER_TEXT = 4

const inboundText = (
  { provider, receivedAt }: LaneEvent,
  { alsoTo = [], attachments, from, providerKeyword, providerMessageId, text }: MessageReceived,
  providerConfirmsOptOut: boolean,
  reactsTo: MessageId | null
): InboundText.InboundText => ({
  receivedAt,
  provider,
  providerMessageId,
  from,
  text,
  attachments,
  providerKeyword,
  providerConfirmsOptOut,
  reactsTo,
  alsoTo
})

/** What the clinics are called whose contacts ask who they are: few texts do, so that most batches read nothing. */
const clinicNames = Effect.fnUntraced(function* (lanes: ReadonlyArray<Lane>) {
  const asks = ({ events }: Lane) =>
    events.some(({ event }) => event._tag === "MessageReceived" && Consent.keyword(event.text) !== null)
  const tenants = [...new Set(lanes.filter(asks).map(({ siteGroupingId }) => siteGroupingId))]
  const groupings = yield* Optional.of(SiteGroupings)
  if (tenants.length === 0 || groupings === undefined) return new Map<string, string | null>()
  return new Map((yield* groupings.list(tenants)).map(({ id, name }) => [id, name]))
})

/** The message that a text reacts to; `null` for a text that is no reaction, and where none is found. */
const reactedTo = Effect.fnUntraced(
  function* (thread: Thread.Thread | null, text: string) {
    const reaction = Reaction.parse(text)
    if (reaction === null || thread === null) return null
    const { reactionLooksBack: limit } = yield* Limits
    const { id: threadId, siteGroupingId } = thread
    const recent = yield* (yield* Messages).list({ siteGroupingId, threadId, limit, cursor: null })
    return Reaction.target(reaction, recent.items)
  },
  Effect.catchTag("InvalidCursor", Effect.die)
)

/** The states of all lanes, one read per table. */
const loadStates = Effect.fnUntraced(function* (lanes: ReadonlyArray<Lane>) {
  const keys = lanes.map(({ contact, siteGroupingId }) => ({ siteGroupingId, contact }))
  const tenants = [...new Set(lanes.map((lane) => lane.siteGroupingId))]
  const threads = yield* (yield* Threads).loadByKeys(keys.map((key) => ({ ...key, threadType: "voip" as const })))
  const consents = yield* (yield* Consents).load(keys)
  const settings = yield* (yield* Settings).effective(tenants)
  const cardOf = yield* contactCards(keys)

  const clinics = yield* clinicNames(lanes)
  const threadOf = new Map(
    threads.map((thread) => [
      contactKey({ siteGroupingId: thread.siteGroupingId, contact: thread.externalContact }),
      thread
    ])
  )
  const consentOf = new Map(consents.map((consent) => [contactKey(consent), consent]))
  const settingsOf = new Map(tenants.map((tenant, index) => [tenant, settings[index]!]))

  return (lane: Lane): InboundText.State => ({
    thread: threadOf.get(contactKey(lane)) ?? null,
    consent: consentOf.get(contactKey(lane)) ?? Consent.unrecorded(lane.siteGroupingId, lane.contact),
    settings: settingsOf.get(lane.siteGroupingId)!,
    contactName: cardOf(lane)?.name ?? null,
    patientIds: cardOf(lane)?.patientIds,
    clinicName: lane.siteGroupingId === null ? null : (clinics.get(lane.siteGroupingId) ?? null)
  })
})

/** Fresh ids for every text, drawn at once. */
const drawIds = Effect.fnUntraced(function* (texts: number) {
  const ids = yield* IdGenerator
  const threadIds = yield* ids.next("thread", texts)
  const messageIds = yield* ids.next("message", texts * MESSAGES_PER_TEXT)
  const sendIds = yield* ids.next("send", texts)
  return (text: number): InboundText.FreshIds => ({
    threadId: threadIds[text] as ThreadId,
    messageId: messageIds[text * MESSAGES_PER_TEXT] as MessageId,
    systemMessageId: messageIds[text * MESSAGES_PER_TEXT + 1] as MessageId,
    answerId: messageIds[text * MESSAGES_PER_TEXT + 2] as MessageId,
    groupNoteId: messageIds[text * MESSAGES_PER_TEXT + 3] as MessageId,
    sendId: sendIds[text] as SendId
  })
})

/** Lanes whose tenant's numbers somebody changes just now: nobody else's wait for that. */
const leaveForLater = Effect.fnUntraced(function* (lanes: ReadonlyArray<Lane>, now: DateTime.Utc) {
  const { busyNumberPause } = yield* Limits
  const until = DateTime.addDuration(now, busyNumberPause)
  return lanes.flatMap(({ events }) =>
    events.map(({ id }): Settlement => {
      return { _tag: "Postponed", id, until, reason: "the number is being changed", wasTried: false }
    })
  )
})

/** One transaction over up to `lanes` lanes. Tells `claimed` which events it took, for when it fails. */
const processBatch = Effect.fnUntraced(function* (
  options: { readonly lanes: number; readonly eventsPerLane: number },
  claimed: Array<LaneEvent>
) {
  const inbox = yield* Inbox
  const providers = yield* TelephonyProviders.TelephonyProviders
  const { lanes: taken, now } = yield* inbox.claimLanes(options)
  if (taken.length === 0) return 0
  claimed.push(...taken.flatMap((lane) => lane.events))

  // Numbers are locked before calls and calls before threads, here as everywhere.
  const { busy, reached } = yield* reachedAtOnce([...new Set(claimed.map(({ event }) => event.to))])
  const numberOf = new Map<string, InventoryNumber.TenantNumber>(reached.map(({ number, on }) => [number, on]))
  const { free: lanes = [], held = [] } = Object.groupBy(taken, ({ events }) =>
    events.some(({ event }) => busy.includes(event.to)) ? "held" : "free"
  )
  const waiting = lanes.flatMap((lane) => lane.events)
  const calls = yield* loadCalls(waiting)
  const stateOf = yield* loadStates(lanes)
  const idsOf = yield* drawIds(waiting.length)

  const changes: Array<Change> = []
  const changedCalls: Array<Call.Call> = []
  // A store may have a lane for each spelling of a phone: the later goes on where the earlier ended.
  const states = new Map<string, InboundText.State>()
  const settlements: Array<Settlement> = yield* leaveForLater(held, now)
  let text = 0
  for (const lane of lanes) {
    let state = states.get(contactKey(lane)) ?? stateOf(lane)
    for (const arrival of lane.events) {
      const { event, id, provider } = arrival
      const ids = idsOf(text++)
      const number = numberOf.get(event.to)
      if (number === undefined || number.siteGroupingId !== lane.siteGroupingId) {
        settlements.push({ _tag: "Parked", id, reason: "the number left the tenant that it was reached at" })
        continue
      }
      if (event._tag === "MessageReceived") {
        const confirms = providers.byName(provider)?.capabilities.optOutReplies === "provider"
        const reactsTo = yield* reactedTo(state.thread, event.text)
        const decision = InboundText.decide(state, inboundText(arrival, event, confirms, reactsTo), number, ids, now)
        state = decision.state
        changes.push(...decision.changes)
      } else {
        const call = calls.of(arrival)
        if (call === undefined) {
          settlements.push({ _tag: "Parked", id, reason: "no call is kept here" })
          continue
        }
        const decision = IncomingCall.decide(state, call, number, ids, now)
        state = { ...state, thread: decision.thread }
        changes.push(...decision.changes)
        changedCalls.push(decision.call)
      }
      settlements.push({ _tag: "Done", id })
    }
    states.set(contactKey(lane), state)
  }
  yield* commit(changes)
  yield* importMedia(changes, now)
  if (changedCalls.length > 0) yield* calls.save(changedCalls)
  yield* inbox.settle(settlements)
  for (const { receivedAt } of claimed) yield* noteInboundWait(receivedAt, now)
  return claimed.length
})

const noteFailed = Effect.fnUntraced(function* (cause: Cause.Cause<unknown>, details: object) {
  const reason = Cause.hasDies(cause) ? "defect while it was applied" : "the store refused it"
  yield* Effect.logError("What a contact sent or did could not be applied").pipe(
    Effect.annotateLogs({ ...details, reason })
  )
  return reason
})

/** Applies what waits, once. Returns the number of texts it dealt with; 0 when none waited. */
export const processInbound = Effect.fn("processInbound")(function* () {
  const { eventsPerLane, lanesPerBatch: lanes } = yield* Limits
  return yield* isolateFailures({
    apply: (size, claimed: Array<LaneEvent>) =>
      processBatch(size === "whole" ? { lanes, eventsPerLane } : { lanes: 1, eventsPerLane: 1 }, claimed),
    note: noteFailed
  })
}, asSystem)
