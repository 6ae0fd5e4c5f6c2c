import { fc, test } from "@fast-check/vitest"
import { DateTime, Result } from "effect"
import { assert, describe, it } from "vitest"
import {
  type AttemptId,
  DeliveryStatus,
  type MessageId,
  type PhoneNumber,
  type PhoneNumberId,
  Send,
  type SendId,
  type ThreadId
} from "../../src/index.ts"

const queuedAt = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
const later = DateTime.makeUnsafe("2026-03-02T10:00:00Z")
const [first, second] = ["attempt-1", "attempt-2"] as unknown as [AttemptId, AttemptId]

const queued = Send.queue(
  {
    id: "send-1" as SendId,
    siteGroupingId: null,
    threadId: "thread-1" as ThreadId,
    messageId: "message-1" as MessageId,
    purpose: "reply",
    messageClass: "conversational",
    from: "+12025550100" as PhoneNumber.E164,
    fromNumberId: "number-1" as PhoneNumberId,
    to: "+13035550123" as PhoneNumber.E164,
    body: "Yes, until five.",
    mediaUrls: []
  },
  queuedAt
)

/** The send after its attempt, in this state. */
const attempted = (state: Send.SendState, attemptId = first): Send.Send => ({
  ...queued,
  state,
  attemptId,
  attempts: attemptId === first ? 1 : 2
})

const reasonOf = (decided: Result.Result<Send.Send, Send.Undecidable>) =>
  Result.isFailure(decided) ? decided.failure : null

describe("A text whose outcome nobody knows", () => {
  it("is sent again as the same send, behind the same fence, queued anew", () => {
    for (const state of ["undecided", "abandoned"] as const) {
      const lost = attempted(state)
      assert.deepStrictEqual(Result.getOrThrow(Send.resend(lost, later)), {
        ...lost,
        state: "queued",
        notBefore: later,
        queuedAt: later
      })
    }
  })

  it("is let go, once however often it is asked for", () => {
    const gone = Result.getOrThrow(Send.dismiss(attempted("undecided")))
    assert.strictEqual(gone.state, "abandoned")
    assert.strictEqual(Result.getOrThrow(Send.dismiss(gone)), gone)
  })

  it("is not a person's to decide while it is on its way or looked for", () => {
    for (const state of ["queued", "sending", "unknown"] as const) {
      assert.strictEqual(reasonOf(Send.resend(attempted(state), later)), "still_looking")
      assert.strictEqual(reasonOf(Send.dismiss(attempted(state))), "still_looking")
    }
  })

  it("is not a person's to decide once it is settled", () => {
    for (const state of ["accepted", "rejected", "canceled"] as const) {
      assert.strictEqual(reasonOf(Send.resend(attempted(state), later)), "settled")
      assert.strictEqual(reasonOf(Send.dismiss(attempted(state))), "settled")
    }
  })
})

describe("A report", () => {
  const settled: ReadonlySet<Send.SendState> = new Set(["accepted", "rejected", "canceled"])
  const anyState = fc.constantFrom(...Send.SendState.literals)
  const anyStatus = fc.constantFrom(...DeliveryStatus.chain)

  it("settles a text whose own answer was lost or is still out", () => {
    for (const state of ["sending", "unknown", "undecided", "abandoned"] as const) {
      assert.deepStrictEqual(Send.applyReport(attempted(state), first, "sent"), { state: "accepted", isOfText: true })
      assert.deepStrictEqual(Send.applyReport(attempted(state), first, "undelivered"), {
        state: "accepted",
        isOfText: true
      })
      assert.deepStrictEqual(Send.applyReport(attempted(state), first, "failed"), { state: "rejected", isOfText: true })
    }
  })

  it("that the provider has it ends the wait of a text that was to be sent again", () => {
    for (const status of ["accepted", "sent", "delivered", "read"] as const) {
      assert.deepStrictEqual(Send.applyReport(attempted("queued"), first, status), {
        state: "accepted",
        isOfText: true
      })
    }
  })

  it("that it did not get through is what a text is sent again for", () => {
    for (const status of ["failed", "undelivered"] as const) {
      assert.deepStrictEqual(Send.applyReport(attempted("queued"), first, status), { state: null, isOfText: false })
    }
  })

  it("of an attempt that another one replaced tells nothing of the text, unless that it arrived", () => {
    for (const state of ["sending", "accepted", "queued"] as const) {
      for (const status of ["accepted", "sent", "failed", "undelivered"] as const) {
        assert.deepStrictEqual(Send.applyReport(attempted(state, second), first, status), {
          state: null,
          isOfText: false
        })
      }
    }
  })

  test.prop([anyState, fc.constantFrom(first, second), fc.constantFrom("delivered" as const, "read" as const)])(
    "of an arrival settles the text, whichever attempt it is of",
    (state, attemptId, status) => {
      const { isOfText, ...heard } = Send.applyReport(attempted(state, second), attemptId, status)
      assert.isTrue(isOfText)
      assert.strictEqual(heard.state, settled.has(state) ? null : "accepted")
    }
  )

  test.prop([anyState.filter((state) => settled.has(state)), fc.constantFrom(first, second), anyStatus])(
    "never moves a text that is settled",
    (state, attemptId, status) => {
      assert.isNull(Send.applyReport(attempted(state, second), attemptId, status).state)
    }
  )
})
