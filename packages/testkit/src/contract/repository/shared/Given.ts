/** What tests start from: pool numbers, threads and messages in the store, made the way the application makes them. */
import type { Contact, Message } from "@careline/domain"
import {
  AttemptId,
  type Change,
  Consent,
  InboundText,
  MessageId,
  PhoneNumberId,
  type InventoryNumber,
  SendId,
  StaffMessage,
  type Tenant,
  Thread,
  ThreadId,
  VoipSettings
} from "@careline/domain"
import {
  Changes,
  IdGenerator,
  TenantNumbers,
  type StorageError,
  type TenantScope,
  Threads,
  Timers,
  Transaction
} from "@careline/ports"
import { type DateTime, Effect } from "effect"
import { freshContact, freshNumber, StoreUnderTest } from "./Harness.ts"

export const transact = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.flatMap(Transaction, (transaction) => transaction.transact(effect))

class Peeked<A> {
  readonly value: A
  constructor(value: A) {
    this.value = value
  }
}

/** What the effect finds in a transaction that is undone afterwards. */
export const peek = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  transact(Effect.flatMap(effect, (value) => Effect.fail(new Peeked(value)))).pipe(
    Effect.catchIf(
      (failure: E | StorageError | Peeked<A>): failure is Peeked<A> => failure instanceof Peeked,
      ({ value }) => Effect.succeed(value)
    )
  )

/** The store's clock. */
export const storeNow = Effect.flatMap(Timers, (timers) => Effect.map(transact(timers.claimDue(1)), ({ now }) => now))

export const apply = (changes: ReadonlyArray<Change>) =>
  Effect.flatMap(Changes, (port) => transact(port.apply(changes)))

const oneId = <A>(kind: Parameters<IdGenerator["Service"]["next"]>[0], make: (id: string) => A) =>
  Effect.map(
    Effect.flatMap(IdGenerator, (ids) => ids.next(kind, 1)),
    ([id]) => make(id!)
  )

export const freshThreadId = oneId("thread", (id) => ThreadId.make(id))
export const freshMessageId = oneId("message", (id) => MessageId.make(id))
export const freshSendId = oneId("send", (id) => SendId.make(id))
export const freshAttemptId = oneId("attempt", (id) => AttemptId.make(id))

/** A number in the tenant's pool. */
export const aTenantNumber = Effect.fnUntraced(function* (
  tenant: Tenant,
  fields: Partial<InventoryNumber.TenantNumber> = {}
) {
  const number: InventoryNumber.TenantNumber = {
    id: yield* oneId("phoneNumber", (id) => PhoneNumberId.make(id)),
    siteGroupingId: tenant,
    number: yield* freshNumber,
    label: null,
    providerSid: null,
    provider: null,
    status: "assigned",
    createdAt: yield* storeNow,
    ...fields
  }
  yield* Effect.flatMap(TenantNumbers, (port) => port.add(number))
  return number
})

/** A thread of the tenant with a contact of its own, in the store. */
export const aThread = Effect.fnUntraced(function* (tenant: Tenant, fields: Partial<Thread.Thread> = {}) {
  const key: Thread.ThreadKey = { siteGroupingId: tenant, threadType: "voip", contact: yield* freshContact }
  const opened = Thread.open(yield* freshThreadId, key, null, yield* storeNow)
  const thread: Thread.Thread = { ...opened, ...fields }
  yield* apply([{ _tag: "ThreadSaved", thread }])
  return thread
})

/** The thread with one more message at its end, in the store. */
export const aTextIn = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  direction: Message.Message["direction"],
  at: DateTime.Utc
) {
  const message: Message.Message = {
    id: yield* freshMessageId,
    siteGroupingId: thread.siteGroupingId,
    externalThreadId: thread.id,
    position: Thread.nextPosition(thread),
    messageType: "sms",
    direction,
    senderId: null,
    content: "Hello",
    transcript: null,
    attachments: [],
    metaData: {},
    deliveryStatus: null,
    createdAt: at
  }
  const next = Thread.append(thread, message)
  yield* apply([
    { _tag: "ThreadSaved", thread: next },
    { _tag: "MessageAdded", message }
  ])
  return next
})

interface TextsOf {
  /** The first one, where nothing else is said. */
  readonly tenant?: Tenant
  /** When they all were written. */
  readonly at?: DateTime.Utc
  readonly fields?: Partial<Thread.Thread>
}

/** A thread with these texts, in the store. */
export const aThreadOf = Effect.fnUntraced(function* (
  directions: ReadonlyArray<Message.Message["direction"]>,
  { at, fields = {}, tenant }: TextsOf = {}
) {
  const { tenants } = yield* StoreUnderTest
  const when = at ?? (yield* storeNow)
  let thread = yield* aThread(tenant === undefined ? tenants[0] : tenant, { lastMessageAt: when, ...fields })
  for (const direction of directions) thread = yield* aTextIn(thread, direction, when)
  return thread
})

/** The thread as the store has it, deleted or not. */
export const stored = (thread: Thread.Thread) =>
  Effect.map(
    Effect.flatMap(Threads, (port) =>
      transact(port.loadByIds([{ siteGroupingId: thread.siteGroupingId, threadId: thread.id }]))
    ),
    ([found]) => found
  )

/** The thread as it is shown to the first user. */
export const shown = (scope: TenantScope, id: ThreadId) =>
  Effect.flatMap(StoreUnderTest, ({ people }) =>
    Effect.flatMap(Threads, (threads) => threads.get(scope, id, people.users[0]))
  )

export const keyOf = (thread: Thread.Thread): Thread.ThreadKey => ({
  siteGroupingId: thread.siteGroupingId,
  threadType: thread.threadType,
  contact: thread.externalContact
})

/** What a text to one of our numbers leads to; nothing is stored yet. */
export const inboundText = Effect.fnUntraced(function* (
  state: InboundText.State,
  from: Contact.Contact,
  on: InventoryNumber.TenantNumber,
  text: string,
  now: DateTime.Utc
) {
  const ids: InboundText.FreshIds = {
    threadId: yield* freshThreadId,
    messageId: yield* freshMessageId,
    systemMessageId: yield* freshMessageId,
    answerId: yield* freshMessageId,
    groupNoteId: yield* freshMessageId,
    sendId: yield* freshSendId
  }
  const inbound: InboundText.InboundText = {
    provider: "memory",
    providerMessageId: `in-${ids.messageId}`,
    from,
    text,
    attachments: [],
    providerKeyword: null,
    providerConfirmsOptOut: false,
    receivedAt: now
  }
  return InboundText.decide(state, inbound, on, ids, now)
})

/** The state of a contact who has never texted. */
export const unheardOf = (tenant: Tenant, contact: Contact.Contact): InboundText.State => ({
  thread: null,
  consent: Consent.unrecorded(tenant, contact),
  settings: VoipSettings.defaults,
  contactName: null
})

/** A contact's first text, in the store. */
export const aConversation = Effect.fnUntraced(function* (on: InventoryNumber.TenantNumber, text = "Hello") {
  const contact = yield* freshContact
  const { changes, state } = yield* inboundText(
    unheardOf(on.siteGroupingId, contact),
    contact,
    on,
    text,
    yield* storeNow
  )
  yield* apply(changes)
  return state.thread
})

/** What a reply to the thread leads to; nothing is stored yet. */
export const reply = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  from: InventoryNumber.TenantNumber,
  content: string,
  now: DateTime.Utc
) {
  const { people } = yield* StoreUnderTest
  const ids = { messageId: yield* freshMessageId, sendId: yield* freshSendId }
  const staff = { content, attachments: [], senderId: people.users[0] }
  const decision = StaffMessage.decide(thread, staff, from, ids, now)
  return { ...decision, sendId: ids.sendId }
})

/** A reply in the store, its text queued; the thread as it is then. */
export const aReply = Effect.fnUntraced(function* (
  thread: Thread.Thread,
  from: InventoryNumber.TenantNumber,
  content = "Reply"
) {
  const decision = yield* reply(thread, from, content, yield* storeNow)
  yield* apply(decision.changes)
  return decision
})

/** A contact's text to the first tenant, and the reply to it, in the store. */
export const anAnsweredThread = Effect.gen(function* () {
  const { tenants } = yield* StoreUnderTest
  const number = yield* aTenantNumber(tenants[0])
  return { number, ...(yield* aReply(yield* aConversation(number), number)) }
})
