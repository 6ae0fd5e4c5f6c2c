/**
 * Random histories of a tenant's line, as the rules decide them: texts and keywords come in, staff answer, alarms fire,
 * threads are deleted. What a history leads to in a store is read back as plain data.
 */
import type { Contact } from "@careline/domain"
import {
  type Change,
  type Consent,
  EscalationDue,
  type InboundText,
  type InventoryNumber,
  Message,
  Send,
  SendLane,
  Alarm,
  type Tenant,
  Thread,
  VoipSettings
} from "@careline/domain"
import { Consents, Messages, Outbox, Threads, Timers } from "@careline/ports"
import { Arbitrary, DateTime, Effect, Order, Schema } from "effect"
import * as Given from "./Given.ts"
import { freshContact, freshNumber, StoreUnderTest } from "./Harness.ts"

const Who = Schema.Literals([0, 1, 2])

const Step = Schema.TaggedUnion({
  TextedIn: {
    who: Who,
    on: Schema.Literals([0, 1]),
    text: Schema.Literals(["Hello", "STOP", "START", "CANCEL", "Any news?", "please stop texting me"])
  },
  Answered: { who: Who },
  CameDue: { who: Who },
  Deleted: { who: Who }
})
export type Step = typeof Step.Type

export const steps: Arbitrary.Arbitrary<ReadonlyArray<Step>> = Arbitrary.array(Arbitrary.schema(Step), {
  minLength: 1,
  maxLength: 14
})

/** The line that a history happens on: two numbers and three contacts of one tenant. */
export interface Line {
  readonly tenant: Tenant
  readonly numbers: readonly [InventoryNumber.TenantNumber, InventoryNumber.TenantNumber]
  readonly contacts: readonly [Contact.Contact, Contact.Contact, Contact.Contact]
  readonly settings: VoipSettings.VoipSettings
}

export const aLine = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const line: Line = {
    tenant: tenants[0],
    numbers: [yield* Given.aTenantNumber(tenants[0]), yield* Given.aTenantNumber(tenants[0])],
    contacts: [yield* freshContact, yield* freshContact, yield* freshContact],
    settings: {
      ...VoipSettings.defaults,
      autoReplyMessage: "We will answer soon",
      escalationPhoneNumbers: [yield* freshNumber, yield* freshNumber]
    }
  }
  return line
})

/** What one step decides, and the state of its contact after it. */
const decide = Effect.fnUntraced(function* (line: Line, state: InboundText.State, step: Step, now: DateTime.Utc) {
  const { thread } = state
  if (step._tag === "TextedIn") {
    return yield* Given.inboundText(state, line.contacts[step.who], line.numbers[step.on], step.text, now)
  }
  if (thread === null) return { state, changes: [] }
  switch (step._tag) {
    case "Answered": {
      const replied = yield* Given.reply(thread, line.numbers[0], "We are looking into it", now)
      return { state: { ...state, thread: replied.thread }, changes: replied.changes }
    }
    case "CameDue": {
      const changes = EscalationDue.decide(
        {
          thread,
          period: thread.escalation.period,
          settings: line.settings,
          from: line.numbers[0],
          link: "https://careline.test/t"
        },
        { messageId: yield* Given.freshMessageId, sendIds: [yield* Given.freshSendId, yield* Given.freshSendId] },
        now
      )
      const saved = changes.findLast((change) => change._tag === "ThreadSaved")
      return { state: { ...state, thread: saved?.thread ?? thread }, changes }
    }
    case "Deleted": {
      const removed = Thread.remove(thread, now)
      const changes: ReadonlyArray<Change> = [...Alarm.stop(thread).changes, { _tag: "ThreadSaved", thread: removed }]
      return { state: { ...state, thread: removed }, changes }
    }
  }
})

/** The changes of each step, from 30 days before the store's clock on, so that every alarm of the history is due. */
export const decisionsOf = Effect.fnUntraced(function* (line: Line, history: ReadonlyArray<Step>) {
  const start = DateTime.subtract(yield* Given.storeNow, { days: 30 })
  const states = line.contacts.map((contact) => ({ ...Given.unheardOf(line.tenant, contact), settings: line.settings }))
  const decisions: Array<ReadonlyArray<Change>> = []
  for (const [index, step] of history.entries()) {
    const { changes, state } = yield* decide(line, states[step.who]!, step, DateTime.add(start, { minutes: 7 * index }))
    states[step.who] = { ...state, settings: line.settings }
    decisions.push(changes)
  }
  return decisions
})

/** Every queued text, in the order in which they may leave. Takes them out of the queue to see the next ones. */
const drainOutbox = Effect.gen(function* () {
  const outbox = yield* Outbox
  const drained: Array<Send.Send> = []
  while (true) {
    const { now, sends } = yield* outbox.claim({ limit: 100, shares: SendLane.shares(100, 2) })
    if (sends.length === 0) return drained
    drained.push(...sends)
    for (const { from, id } of sends) {
      const attemptId = yield* Given.freshAttemptId
      yield* outbox.begin([{ id: attemptId, sendId: id, provider: "memory", from, startedAt: now, deadline: now }])
      yield* outbox.update([{ sendId: id, fence: attemptId, state: "accepted" }])
    }
  }
})

const byId = Order.mapInput(Order.String, ({ id }: { readonly id: string }) => id)
/** Only the order of one recipient's texts is promised; sorting is stable and keeps it. */
const byRecipient = Order.mapInput(Order.String, ({ to }: Send.Send) => to)
const encodeThread = Schema.encodeSync(Thread.Thread)
const encodeMessage = Schema.encodeSync(Message.Message)
const encodeSend = Schema.encodeSync(Send.Send)
const consentText = ({ changedAt, contact, source, status }: Consent.Consent): string =>
  `${contact} ${status} by ${source} at ${changedAt === null ? "no time" : DateTime.formatIso(changedAt)}`

/** All that the store holds of a line, as data. Run it in a transaction that is undone. */
export const observe = Effect.fnUntraced(function* (line: Line) {
  const threads = yield* (yield* Threads).loadByKeys(
    line.contacts.map((contact) => ({ siteGroupingId: line.tenant, threadType: "voip", contact }))
  )
  const messages = yield* Messages
  const pages = yield* Effect.forEach(threads, ({ id }) =>
    messages.list({ siteGroupingId: line.tenant, threadId: id, limit: 200, cursor: null })
  )
  const consents = yield* (yield* Consents).load(
    line.contacts.map((contact) => ({ siteGroupingId: line.tenant, contact }))
  )
  const { timers } = yield* (yield* Timers).claimDue(1000)
  return {
    threads: threads.toSorted(byId).map((thread) => encodeThread(thread)),
    messages: pages
      .flatMap(({ items }) => items)
      .toSorted(byId)
      .map((message) => encodeMessage(message)),
    consents: consents.map(consentText).toSorted(),
    timers: timers.map(({ period, threadId }) => `${threadId} period ${period}`).toSorted(),
    sends: (yield* drainOutbox).toSorted(byRecipient).map((send) => encodeSend(send))
  }
})
