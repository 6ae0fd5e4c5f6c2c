/** An on-call text that does not get through: somebody hears of it, and nobody gets it without end. */
import { type PhoneNumber, type PhoneNumberId, Send, type SendId } from "@careline/domain"
import { Changes, Messages } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import { dispatchAll, line, makeWorld, north, nurse, setUp, withProviders, write } from "./support/twoProviders.ts"

const onCall = "+12025550187" as PhoneNumber.E164

/** An alarm about a thread is queued; what the thread says of it, to be looked at again. */
const alarm = Effect.gen(function* () {
  const externalContact = "+13035557777"
  const { thread } = yield* Application.createThread(nurse, { siteGroupingId: north, externalContact })
  const send = Send.queue(
    {
      id: "alarm" as SendId,
      siteGroupingId: north,
      threadId: thread.id,
      messageId: null,
      purpose: "escalation",
      messageClass: "on_call",
      from: line,
      fromNumberId: "1" as PhoneNumberId,
      to: onCall,
      body: "A text has waited for an answer.",
      mediaUrls: []
    },
    yield* DateTime.now
  )
  yield* (yield* Changes).apply([{ _tag: "SendQueued", send }])
  return Effect.map(
    Effect.flatMap(Messages, (messages) =>
      messages.list({ siteGroupingId: north, threadId: thread.id, limit: 50, cursor: null })
    ),
    ({ items }) => items.map(({ content }) => content)
  )
})

/** Time goes by, and the workers with it. */
const pass = Effect.fnUntraced(function* (seconds: number) {
  for (let second = 0; second < seconds; second += 5) {
    yield* dispatchAll
    yield* Application.reconcileSends()
    yield* TestClock.adjust("5 seconds")
  }
})

describe("An alarm", () => {
  it.effect.each([
    ["with the provider down", false],
    ["with a fallback that has no number of the tenant's", true]
  ] as const)("%s is said in its thread after minutes, once, and is still tried", ([_name, hasFallback]) => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      world.answers.active = "NotSent"
      for (let index = 0; index < 5; index++) yield* write(`older ${index}`)
      const said = yield* alarm
      yield* pass(60)
      assert.isEmpty(yield* said)
      yield* pass(300)
      const [first = "", ...more] = yield* said
      assert.match(first, /^The alarm did not reach /)
      assert.notInclude(first, onCall)
      yield* pass(600)
      assert.deepStrictEqual(more, [])
      assert.lengthOf(yield* said, 1)

      world.answers.active = "Accepted"
      world.sent.length = 0
      yield* pass(600)
      assert.lengthOf(
        world.sent.filter(({ body }) => body.startsWith("A text has waited")),
        1
      )
    }).pipe(withProviders(world, {}, hasFallback))
  })

  it.effect("of unknown outcome is sent again a few times, and then said in its thread", () => {
    const world = makeWorld()
    return Effect.gen(function* () {
      yield* setUp()
      world.answers.active = "Unknown"
      const said = yield* alarm
      yield* pass(6 * 60 * 60)
      assert.lengthOf(world.sent, Application.Limits.defaults.alarmAttempts)
      assert.isNotEmpty(yield* said)
    }).pipe(withProviders(world, {}, false))
  })
})
