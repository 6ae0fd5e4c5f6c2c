import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import { Alarm, type Contact, type MessageId, Thread, type ThreadId } from "../../src/index.ts"

const now = DateTime.makeUnsafe("2026-03-02T16:00:00Z")
const later = (minutes: number) => DateTime.add(now, { minutes })
const settings = { voipEnabled: true, escalationTimerMinutes: 15 }
const replyId = "reply" as MessageId
const failure: Thread.ReplyFailure = { messageId: replyId, reason: "invalid_recipient" }

const opened = Thread.open(
  "thread" as ThreadId,
  { siteGroupingId: null, threadType: "voip", contact: "+13035550123" as Contact.Contact },
  null,
  now
)
/** A thread whose contact wrote, and has an answer. */
const answered = Alarm.stop(Alarm.start({ ...opened, lastInboundAt: now }, settings, now).thread).thread

describe("A thread", () => {
  it("waits for an answer from the first text on that nobody answered", () => {
    const first = Alarm.start(opened, settings, now).thread
    const second = Alarm.start(first, settings, later(5)).thread
    assert.deepStrictEqual(second.unansweredSince, now)
    assert.deepStrictEqual(second.escalation.dueAt, later(15))
  })

  it("waits also while the line is off, with no timer", () => {
    const { changes, thread } = Alarm.start(opened, { ...settings, voipEnabled: false }, now)
    assert.deepStrictEqual(thread.unansweredSince, now)
    assert.isEmpty(changes)
  })

  it("waits again, with its timer, once the reply that answered it failed for good", () => {
    const { changes, thread } = Alarm.replyFailed(answered, failure, settings, later(60))
    assert.deepStrictEqual(thread.replyFailed, failure)
    assert.deepStrictEqual(thread.unansweredSince, now)
    assert.deepStrictEqual(
      changes.map((change) => change._tag === "TimerStarted" && change.dueAt),
      [later(75)]
    )
  })

  it("is marked, and nobody is alarmed, when a text to somebody who never wrote fails", () => {
    const { changes, thread } = Alarm.replyFailed(opened, failure, settings, now)
    assert.deepStrictEqual(thread.replyFailed, failure)
    assert.isNull(thread.unansweredSince)
    assert.isEmpty(changes)
  })

  it("keeps the timer that runs when one more reply fails", () => {
    const running = Alarm.replyFailed(answered, failure, settings, later(1)).thread
    const again = Alarm.replyFailed(running, failure, settings, later(10))
    assert.isEmpty(again.changes)
    assert.deepStrictEqual(again.thread.escalation.dueAt, later(16))
  })

  it("stays as it is when it was deleted", () => {
    const deleted = Thread.remove(answered, now)
    assert.strictEqual(Alarm.replyFailed(deleted, failure, settings, later(1)).thread, deleted)
  })

  it("is answered after all once the reply got through, and nobody wrote since", () => {
    const failed = Alarm.replyFailed(answered, failure, settings, later(1)).thread
    const { changes, thread } = Alarm.replyStands(failed, replyId, now)
    assert.isNull(thread.replyFailed)
    assert.isNull(thread.unansweredSince)
    assert.deepStrictEqual(
      changes.map(({ _tag }) => _tag),
      ["TimerStopped"]
    )
  })

  it("still waits for an answer to what was written since that reply", () => {
    const wroteAgain = Alarm.start({ ...answered, lastInboundAt: later(5) }, settings, later(5)).thread
    const failed = Alarm.replyFailed(wroteAgain, failure, settings, later(6)).thread
    const { changes, thread } = Alarm.replyStands(failed, replyId, now)
    assert.isNull(thread.replyFailed)
    assert.deepStrictEqual(thread.unansweredSince, later(5))
    assert.isEmpty(changes)
  })

  it("takes no notice of another reply than the one that failed", () => {
    const failed = Alarm.replyFailed(answered, failure, settings, later(1)).thread
    assert.strictEqual(Alarm.replyStands(failed, "another" as MessageId, now).thread, failed)
  })
})
