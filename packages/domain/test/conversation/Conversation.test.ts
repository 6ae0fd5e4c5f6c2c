/** Whatever happens in whatever order: what must hold of every thread. */
import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  Alarm,
  Attachment,
  type Change,
  Consent,
  type Contact,
  EscalationDue,
  InboundText,
  type MessageId,
  type PhoneNumber,
  type PhoneNumberId,
  type InventoryNumber,
  Reading,
  type SendId,
  type SiteGroupingId,
  StaffMessage,
  Thread,
  type ThreadId,
  type UserId,
  VoipSettings
} from "../../src/index.ts"

const start = Date.UTC(2026, 2, 2, 9, 30)
const tenant = "north" as SiteGroupingId
const contact = "+13035550123" as Contact.Contact
const number = (id: string, digits: string): InventoryNumber.TenantNumber => ({
  id: id as PhoneNumberId,
  siteGroupingId: tenant,
  number: digits as PhoneNumber.E164,
  label: null,
  providerSid: null,
  provider: null,
  status: "assigned",
  createdAt: DateTime.makeUnsafe(start)
})
const numbers = [number("number-1", "+12025550100"), number("number-2", "+12025550101")] as const

type Event =
  | { readonly kind: "text"; readonly words: string; readonly on: 0 | 1 }
  | { readonly kind: "reply" | "delete" }
  | { readonly kind: "timer"; readonly periodsBack: number }
  | { readonly kind: "settings"; readonly change: Partial<VoipSettings.VoipSettings> }
  | { readonly kind: "pause"; readonly minutes: number }

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      words: fc.constantFrom("hello", "STOP", "START", "HELP", "cancel", "how are you?"),
      on: fc.constantFrom(0 as const, 1 as const)
    })
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("reply" as const, "delete" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("timer" as const), periodsBack: fc.nat({ max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("settings" as const),
      change: fc.constantFrom<Partial<VoipSettings.VoipSettings>>(
        { voipEnabled: false },
        { voipEnabled: true },
        { autoReplyMessage: null },
        { autoReplyMessage: "We will answer soon." },
        { escalationTimerMinutes: null },
        { escalationTimerMinutes: 5 }
      )
    })
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pause" as const), minutes: fc.nat({ max: 30 }) }) }
)

/** Plays events through the deciders, and keeps what they decided. */
const play = (events: ReadonlyArray<Event>) => {
  let now = DateTime.makeUnsafe(start)
  let settings: VoipSettings.VoipSettings = {
    ...VoipSettings.defaults,
    autoReplyMessage: "We will answer soon.",
    escalationTimerMinutes: 10,
    escalationPhoneNumbers: ["+12025550187" as PhoneNumber.E164]
  }
  let thread: Thread.Thread | null = null
  let consent = Consent.unrecorded(tenant, contact)
  let id = 0
  const changes: Array<Change> = []
  const locks: Array<string | null> = []
  const take = (decided: ReadonlyArray<Change>) => {
    changes.push(...decided)
    for (const change of decided) if (change._tag === "ThreadSaved") thread = change.thread
    locks.push(thread?.phoneNumberId ?? null)
  }
  const fresh = () => `id-${++id}`

  for (const one of events) {
    now = DateTime.addDuration(now, 1000)
    switch (one.kind) {
      case "pause":
        now = DateTime.addDuration(now, one.minutes * 60_000)
        break
      case "settings":
        settings = { ...settings, ...one.change }
        break
      case "text": {
        const decision = InboundText.decide(
          { thread, consent, settings, contactName: null },
          {
            provider: "twilio",
            providerMessageId: fresh(),
            from: contact,
            text: one.words,
            attachments: [],
            providerKeyword: null,
            providerConfirmsOptOut: true,
            receivedAt: now
          },
          numbers[one.on],
          {
            threadId: fresh() as ThreadId,
            messageId: fresh() as MessageId,
            systemMessageId: fresh() as MessageId,
            answerId: fresh() as MessageId,
            groupNoteId: fresh() as MessageId,
            sendId: fresh() as SendId
          },
          now
        )
        consent = decision.state.consent
        take(decision.changes)
        break
      }
      case "timer":
        if (thread !== null) {
          const current: Thread.Thread = thread
          const due = {
            thread: current,
            period: current.escalation.period - one.periodsBack,
            settings,
            from: numbers[0],
            link: "https://x"
          }
          take(EscalationDue.decide(due, { messageId: fresh() as MessageId, sendIds: [fresh() as SendId] }, now))
        }
        break
      default:
        if (thread !== null) {
          const current: Thread.Thread = thread
          if (current.deletedAt !== null) break
          else if (one.kind === "delete") {
            const ended = Alarm.stop(current)
            take([...ended.changes, { _tag: "ThreadSaved", thread: Thread.remove(ended.thread, now) }])
          } else {
            const staff = { content: "Yes.", attachments: [], senderId: "nurse" as UserId }
            const ids = { messageId: fresh() as MessageId, sendId: fresh() as SendId }
            const from = numbers.find((known) => known.id === Thread.fromNumber(current, null, numbers[0].id))!
            take(StaffMessage.decide(current, staff, from, ids, now).changes)
          }
        }
    }
  }
  return { thread: thread as Thread.Thread | null, changes, locks, consent }
}

const of = <Tag extends Change["_tag"]>(changes: ReadonlyArray<Change>, tag: Tag) =>
  changes.filter((change): change is Extract<Change, { readonly _tag: Tag }> => change._tag === tag)

const events = fc.array(event, { minLength: 1, maxLength: 60 })

describe("What a phone adds to say how to show a message", () => {
  it.each([
    ["application/smil", "https://m/0", false],
    ["application/smil+xml; charset=utf-8", "https://m/0", false],
    [null, "https://m/layout.smil", false],
    [null, "https://m/layout.smi?x=1", false],
    ["text/plain", "https://m/smile.smil", true],
    ["image/png", "https://m/0", true],
    [null, "https://m/smile.png", true],
    [null, null, true]
  ] as const)("of type %s at %s: is content, %s", (mimeType, url, isContent) => {
    assert.strictEqual(Attachment.isContent({ mimeType, url }), isContent)
  })
})

describe("A thread, whatever happens in whatever order", () => {
  test.prop([events])("is answered automatically at most once", (all) => {
    const { changes } = play(all)
    assert.isAtMost(of(changes, "SendQueued").filter(({ send }) => send.purpose === "auto_reply").length, 1)
  })

  test.prop([events])("escalates at most once in each period, and only while the period runs", (all) => {
    const { changes } = play(all)
    const ended = new Set<number>()
    let running: number | null = null
    for (const change of changes) {
      if (change._tag === "TimerStarted") {
        assert.isNull(running)
        running = change.period
      }
      if (change._tag === "TimerFired" || change._tag === "TimerStopped") {
        assert.strictEqual(change.period, running)
        assert.isFalse(ended.has(change.period))
        ended.add(change.period)
        running = null
      }
    }
    const fired = of(changes, "TimerFired").length
    assert.strictEqual(of(changes, "SendQueued").filter(({ send }) => send.purpose === "escalation").length, fired)
  })

  test.prop([events])("keeps its messages in places without gaps, in the order in which they came", (all) => {
    const messages = of(play(all).changes, "MessageAdded").map(({ message }) => message.position)
    assert.deepStrictEqual(
      messages,
      messages.map((_, index) => index + 1)
    )
  })

  test.prop([events])("stays the same thread, with the same number, through deleting and reopening", (all) => {
    const { changes, locks, thread } = play(all)
    const ids = new Set(
      of(changes, "ThreadSaved").map((change) => `${change.thread.id} ${change.thread.siteGroupingId}`)
    )
    assert.isAtMost(ids.size, 1)
    const set = locks.filter((lock) => lock !== null)
    assert.isAtMost(new Set(set).size, 1)
    if (thread !== null) assert.strictEqual(thread.phoneNumberId, set[0])
  })

  test.prop([events, fc.nat(30)])(
    "has something unread exactly where a message of it is, for whoever reads",
    (all, place) => {
      const { changes, thread } = play(all)
      if (thread === null) return
      const messages = of(changes, "MessageAdded").map(({ message }) => message)
      const readers: ReadonlyArray<Reading.Reading> = [
        { since: null, position: null },
        { since: null, position: place },
        ...messages.flatMap(({ createdAt, position }) => [
          { since: createdAt, position: null },
          { since: createdAt, position }
        ])
      ]
      for (const reader of readers) {
        const unread = messages.filter((message) => Reading.isUnread(reader, message))
        assert.strictEqual(Reading.hasUnread(reader, thread), unread.length > 0)
        assert.isTrue(unread.every(({ direction }) => direction === "inbound"))
      }
    }
  )

  test.prop([events])("sends nothing to somebody who has opted out, and remembers the last word on it", (all) => {
    const { consent } = play(all)
    const words = all.flatMap((one) => (one.kind === "text" ? [Consent.keyword(one.words)] : []))
    const last = words.findLast((word) => word === "opt_out" || word === "opt_in")
    assert.strictEqual(consent.status, last === undefined ? "unknown" : last === "opt_out" ? "opted_out" : "opted_in")
    const opted = [...all, { kind: "text" as const, words: "STOP", on: 0 as const }]
    const before = play(opted).changes.length
    const after = play([...opted, { kind: "text" as const, words: "hello", on: 0 as const }]).changes.slice(before)
    assert.deepStrictEqual(of(after, "SendQueued"), [])
  })
})

describe("An inbound text", () => {
  it("is kept and shown while the line is off, and nothing else happens", () => {
    const { changes, thread } = play([
      { kind: "settings", change: { voipEnabled: false } },
      { kind: "text", words: "hello", on: 0 }
    ])
    assert.strictEqual(thread?.lastInboundPosition, 1)
    assert.deepStrictEqual([...of(changes, "SendQueued"), ...of(changes, "TimerStarted")], [])
  })

  it("does not move the lock when it comes on another number of the tenant", () => {
    const { thread } = play([
      { kind: "text", words: "hello", on: 0 },
      { kind: "text", words: "hello", on: 1 }
    ])
    assert.deepStrictEqual([thread?.phoneNumberId, thread?.lastContactedNumberId], [numbers[0].id, numbers[1].id])
  })

  it("opts out with CANCEL, and asks staff whether an appointment was meant", () => {
    const { changes, consent } = play([{ kind: "text", words: "cancel", on: 0 }])
    assert.strictEqual(consent.status, "opted_out")
    assert.isTrue(of(changes, "MessageAdded").some(({ message }) => message.metaData.messageSubType === "staff_task"))
  })
  it.each(["Please stop", "wrong person"])("asks staff to judge %s, and answers nothing by itself", (words) => {
    const { changes, consent, thread } = play([{ kind: "text", words, on: 0 }])
    assert.strictEqual(consent.status, "unknown")
    const messages = of(changes, "MessageAdded").map(({ message }) => message.metaData)
    assert.deepInclude(messages[0], { flag: "possible_opt_out" })
    assert.deepStrictEqual(messages[1], { messageSubType: "staff_task" })
    assert.lengthOf(messages, 2)
    assert.isEmpty(of(changes, "SendQueued"))
    assert.strictEqual(thread?.escalation.state, "running")
  })
  it("answers by itself once the contact writes something else", () => {
    const { changes } = play(["Please stop", "When is my visit?"].map((words) => ({ kind: "text", words, on: 0 })))
    assert.lengthOf(of(changes, "SendQueued"), 1)
  })

  it("keeps the due time of a running timer when the setting changes", () => {
    const { changes } = play([
      { kind: "text", words: "hello", on: 0 },
      { kind: "settings", change: { escalationTimerMinutes: 5 } },
      { kind: "text", words: "hello", on: 0 }
    ])
    assert.strictEqual(of(changes, "TimerStarted").length, 1)
  })
})
