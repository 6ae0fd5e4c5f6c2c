/** Which of Twilio's messages is the attempt whose answer was lost. */
import type { AttemptId, PhoneNumber } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import * as Reconciliation from "../../src/messages/Reconciliation.ts"

const startedAt = DateTime.makeUnsafe("2026-03-02T09:30:00.900Z")
const start = DateTime.toEpochMillis(startedAt)
const sidOf = (index: number) => `SM${String(index).padStart(32, "0")}`

const attempt: Telephony.SentAttempt = {
  attemptId: "attempt-1" as AttemptId,
  from: "+12025550100" as PhoneNumber.E164,
  to: "+13035550123" as PhoneNumber.E164,
  body: "Your results are in",
  mediaUrls: [],
  startedAt,
  claimedProviderMessageIds: []
}

const listed = (change: Partial<Reconciliation.ListedMessage> = {}): Reconciliation.ListedMessage => ({
  sid: sidOf(1),
  body: attempt.body,
  direction: "outbound-api",
  numMedia: "0",
  status: "sent",
  dateCreated: new Date(Math.floor(start / 1000) * 1000),
  ...change
})

const conclude = (
  messages: ReadonlyArray<Reconciliation.ListedMessage>,
  {
    ageMillis = 60_000,
    isComplete = true,
    ...change
  }: Partial<Telephony.SentAttempt> & {
    readonly ageMillis?: number
    readonly isComplete?: boolean
  } = {}
) => Reconciliation.conclude({ ...attempt, ...change }, { messages, isComplete, askedAtMillis: start + ageMillis })

describe("A text whose answer was lost", () => {
  it("is found by what it says, though Twilio keeps whole seconds only", () => {
    assert.deepStrictEqual(conclude([listed()]), { _tag: "Found", providerMessageId: sidOf(1), status: "sent" })
  })

  it("is found although Twilio's clock is some seconds behind ours, and not when it is older", () => {
    assert.strictEqual(conclude([listed({ dateCreated: new Date(start - 5_000) })])._tag, "Found")
    assert.strictEqual(conclude([listed({ dateCreated: new Date(start - 5_001) })])._tag, "Absent")
  })

  it.each<[string, Partial<Reconciliation.ListedMessage>]>([
    ["says something else", { body: "your results are in" }],
    ["came in", { direction: "inbound" }],
    ["was Twilio's own answer", { direction: "outbound-reply" }],
    ["has a picture", { numMedia: "1" }],
    ["has no date", { dateCreated: null }]
  ])("is not a message that %s", (_, change) => assert.strictEqual(conclude([listed(change)])._tag, "Absent"))

  it("is told from one with the same words by its pictures", () => {
    const mediaUrls = ["https://files.example.com/a.png", "https://files.example.com/b.png"]
    const found = conclude([listed(), listed({ sid: sidOf(2), numMedia: "2" })], { mediaUrls })
    assert.propertyVal(found, "providerMessageId", sidOf(2))
  })

  it("is the oldest of several, and none that belongs to another attempt", () => {
    const messages = [3, 1, 2].map((index) =>
      listed({ sid: sidOf(index), dateCreated: new Date(start + index * 1000) })
    )
    assert.propertyVal(conclude(messages), "providerMessageId", sidOf(1))
    assert.propertyVal(conclude(messages, { claimedProviderMessageIds: [sidOf(1)] }), "providerMessageId", sidOf(2))
    const all = messages.map(({ sid }) => sid)
    assert.strictEqual(conclude(messages, { claimedProviderMessageIds: all })._tag, "Absent")
  })

  it("is absent only when Twilio was asked late enough, and showed all it has", () => {
    assert.strictEqual(conclude([], { ageMillis: 29_999 })._tag, "CannotTell")
    assert.strictEqual(conclude([], { ageMillis: 30_000 })._tag, "Absent")
    assert.strictEqual(conclude([], { isComplete: false })._tag, "CannotTell")
  })

  it("is accepted at least, when Twilio names a status that we do not know", () => {
    assert.propertyVal(conclude([listed({ status: "teleported" })]), "status", "accepted")
  })

  const message = fc.record({
    sid: fc.integer({ min: 1, max: 6 }).map(sidOf),
    body: fc.constantFrom(attempt.body, "another"),
    direction: fc.constantFrom("outbound-api", "inbound"),
    numMedia: fc.constantFrom("0", "1"),
    status: fc.constantFrom("queued", "sent", "delivered", "failed"),
    dateCreated: fc.integer({ min: start - 20_000, max: start + 20_000 }).map((millis) => new Date(millis))
  })
  test.prop([
    fc.uniqueArray(message, { selector: ({ sid }) => sid }),
    fc.array(fc.integer({ min: 1, max: 6 }).map(sidOf))
  ])(
    "is found the same in whatever order Twilio lists, and never among the claimed",
    (messages, claimedProviderMessageIds) => {
      const found = conclude(messages, { claimedProviderMessageIds })
      const again = conclude(messages.toReversed(), { claimedProviderMessageIds })
      assert.strictEqual(found._tag, again._tag)
      if (found._tag === "Found") assert.notInclude(claimedProviderMessageIds, found.providerMessageId)
    }
  )
})
