import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { MessageClass, Send, SendLane } from "../../src/index.ts"

const lanes: Record<MessageClass.MessageClass, SendLane.SendLane> = {
  on_call: 0,
  opt_out_confirmation: 0,
  conversational: 1,
  keyword_answer: 1,
  care: 2,
  reminder: 2,
  notice: 3,
  marketing: 3
}

describe("The lane of a text", () => {
  it("follows from its class: alarms and opt-outs first, then conversation, care and reminders, bulk last", () => {
    for (const messageClass of MessageClass.MessageClass.literals) {
      assert.strictEqual(SendLane.of(messageClass), lanes[messageClass], messageClass)
    }
  })

  it("is the first one where somebody's health hangs on it, whatever its class", () => {
    const now = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
    for (const messageClass of MessageClass.MessageClass.literals) {
      const fields = { messageClass } as Parameters<typeof Send.queue>[0]
      assert.strictEqual(Send.queue(fields, now).lane, lanes[messageClass])
      assert.strictEqual(Send.queue({ ...fields, isUrgent: true }, now).lane, 0)
    }
  })
})

const anyBatch = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  reserved: fc.integer({ min: 0, max: 10 }),
  last: fc.constantFrom(...SendLane.all),
  waiting: fc.tuple(...SendLane.all.map(() => fc.integer({ min: 0, max: 40 })))
})

describe("A batch", () => {
  test.prop([anyBatch])("gives every place to a lane, and lane 0 at least one", ({ last, limit, reserved }) => {
    const shares = SendLane.shares(limit, reserved, last)
    assert.deepStrictEqual(
      shares.map(({ lane }) => lane),
      SendLane.all.slice(0, last + 1)
    )
    assert.strictEqual(
      shares.reduce((sum, { share }) => sum + share, 0),
      limit
    )
    assert.isAtLeast(shares[0]!.share, 1)
    for (const { lane, share } of shares) if (lane > 0) assert.isTrue(share >= 0 && share <= reserved)
    const lower = shares.slice(1)
    if (limit > lower.length * reserved) for (const { share } of lower) assert.strictEqual(share, reserved)
  })

  test.prop([anyBatch])("starves no lane, and gives what is free to the most urgent", (batch) => {
    const { last, limit, reserved } = batch
    const shares = SendLane.shares(limit, reserved, last)
    const waiting = (lane: SendLane.SendLane) =>
      Array.from({ length: batch.waiting[lane]! }, (_, place) => ({ lane, place }))
    const filled = SendLane.fill(limit, shares, waiting)
    const total = shares.reduce((sum, { lane }) => sum + batch.waiting[lane]!, 0)
    assert.lengthOf(filled, Math.min(limit, total))
    let hasLeftBehind = false
    let place = 0
    for (const { lane, share } of shares) {
      const got = filled.filter((one) => one.lane === lane)
      assert.deepStrictEqual(got, waiting(lane).slice(0, got.length), "in the lane's own order")
      assert.deepStrictEqual(filled.slice(place, place + got.length), got, "lane by lane")
      place += got.length
      assert.isAtLeast(got.length, Math.min(share, batch.waiting[lane]!))
      // A lane has more than its share only while every more urgent one has all that it wants.
      if (hasLeftBehind) assert.isAtMost(got.length, share)
      hasLeftBehind ||= got.length < batch.waiting[lane]!
    }
  })
})
