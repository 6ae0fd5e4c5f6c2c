/** A suspended number: nothing leaves from it, its threads stop in words, move to another number, or another one stands in. */
import { type MessageId, type PhoneNumber, type PhoneNumberId, type ThreadId, VoipSettings } from "@careline/domain"
import { Messages, Settings } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import * as World from "./support/numberWorld.ts"

const { administrator, north, south } = World
const ana = "+13035550123"
const onCall = "+12025550187" as PhoneNumber.E164

const play = <A, E>(body: (provider: World.Provider) => Effect.Effect<A, E, World.World>) => {
  const provider = World.makeProvider()
  return Effect.provide(body(provider), World.world(provider.telephony))
}

const settle = (change: Partial<VoipSettings.VoipSettings>) =>
  Effect.flatMap(Settings, (settings) => settings.put(north, { ...VoipSettings.defaults, quietHours: null, ...change }))

/** North has two numbers, and Ana has texted the first. */
const inUse = Effect.fnUntraced(function* (provider: World.Provider) {
  for (const id of [north, south]) yield* World.found(id)
  for (const number of ["+12025550100", "+12025550101", "+12025550102"]) yield* World.pooled(number)
  const old = yield* World.assigned(north)
  const next = yield* World.assigned(north)
  const elsewhere = yield* World.assigned(south)
  yield* settle({})
  yield* World.text(provider, ana, old.number, "hello")
  const [view] = yield* World.threadsOf(administrator)
  return { old, next, elsewhere, threadId: view!.thread.id }
})

const answer = (threadId: ThreadId, content: string) => Application.sendMessage(administrator, { threadId, content })
const suspend = (id: PhoneNumberId, moveThreadsTo?: PhoneNumberId) =>
  Application.editNumber(administrator, id, {
    status: "suspended",
    ...(moveThreadsTo === undefined ? {} : { moveThreadsTo })
  })
const resume = (id: PhoneNumberId) => Application.editNumber(administrator, id, { status: "assigned" })
const sent = (provider: World.Provider) => provider.sent.map(({ body, from }) => [body, from])
const messageOf = (threadId: ThreadId, id: MessageId) =>
  Effect.map(
    Effect.flatMap(Messages, (messages) => messages.get([north], threadId, id)),
    Option.getOrThrow
  )

describe("A number that is suspended", () => {
  it.effect("stops its threads, says so in words, and goes on where it was once it is resumed", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { old, threadId } = yield* inUse(provider)
        const queued = yield* answer(threadId, "queued before")
        const edited = yield* suspend(old.id)
        assert.deepInclude<object>(edited, { status: "suspended", stoppedThreadsCount: 1, movedThreadsCount: 0 })
        yield* World.dispatchAll
        const failed = yield* messageOf(threadId, queued.id)
        assert.deepInclude(failed, { deliveryStatus: "failed" })
        assert.strictEqual(failed.metaData.failureReason, "number_suspended")
        // Staff are told where they look, and the alarm runs again.
        const [view] = yield* World.threadsOf(administrator)
        assert.strictEqual(view!.thread.replyFailed?.reason, "number_suspended")
        const refused = yield* Effect.flip(answer(threadId, "refused"))
        assert.deepInclude<object>(refused, { _tag: "NumberSuspended", phoneNumberId: old.id })
        assert.deepStrictEqual(sent(provider), [])
        assert.deepInclude<object>(yield* resume(old.id), { status: "assigned", stoppedThreadsCount: 0 })
        yield* answer(threadId, "again")
        yield* World.dispatchAll
        assert.deepStrictEqual(sent(provider), [["again", old.number]])
      })
    )
  )

  it.effect("gives its threads and what waits to another number, from which the contact is answered from then on", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old, threadId } = yield* inUse(provider)
        yield* Application.editNumber(administrator, old.id, { isDefault: true })
        yield* answer(threadId, "queued before")
        const edited = yield* suspend(old.id, next.id)
        assert.deepInclude<object>(edited, { stoppedThreadsCount: 0, movedThreadsCount: 1, isDefault: false })
        assert.isTrue((yield* Application.viewNumber(administrator, next.id)).isDefault)
        yield* World.dispatchAll
        yield* World.text(provider, ana, old.number, "still the old one")
        yield* answer(threadId, "from the other one")
        yield* World.dispatchAll
        yield* resume(old.id)
        yield* answer(threadId, "and so afterwards")
        yield* World.dispatchAll
        assert.deepStrictEqual(sent(provider), [
          ["queued before", next.number],
          ["from the other one", next.number],
          ["and so afterwards", next.number]
        ])
        assert.lengthOf(yield* World.threadsOf(administrator), 1)
      })
    )
  )

  it.effect("has its threads moved later as well, and a text that waits follows its thread", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old, threadId } = yield* inUse(provider)
        yield* answer(threadId, "queued before")
        yield* suspend(old.id)
        yield* Application.editThread(administrator, threadId, { phoneNumberId: next.id })
        yield* World.dispatchAll
        assert.deepStrictEqual(sent(provider), [["queued before", next.number]])
        assert.deepInclude<object>(yield* Application.editNumber(administrator, old.id, { moveThreadsTo: next.id }), {
          movedThreadsCount: 0
        })
      })
    )
  )

  it.effect("is stood in for where the site grouping allows it, for as long as it is suspended", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old, threadId } = yield* inUse(provider)
        yield* settle({ suspendedNumberFallback: true })
        yield* answer(threadId, "queued before")
        assert.deepInclude<object>(yield* suspend(old.id), { stoppedThreadsCount: 0, movedThreadsCount: 0 })
        yield* answer(threadId, "meanwhile")
        yield* World.dispatchAll
        yield* resume(old.id)
        yield* answer(threadId, "again")
        yield* World.dispatchAll
        assert.deepStrictEqual(sent(provider), [
          ["queued before", next.number],
          ["meanwhile", next.number],
          ["again", old.number]
        ])
        // Nobody stands in where there is nobody else.
        yield* suspend(next.id)
        assert.deepInclude<object>(yield* suspend(old.id), { stoppedThreadsCount: 1 })
        assert.deepInclude<object>(yield* Effect.flip(answer(threadId, "refused")), { _tag: "NumberSuspended" })
      })
    )
  )

  it.effect("keeps nobody on call from an alarm, which leaves from any number in service", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { next, old } = yield* inUse(provider)
        yield* settle({ escalationTimerMinutes: 10, escalationPhoneNumbers: [onCall] })
        yield* World.text(provider, ana, old.number, "anybody?")
        yield* suspend(old.id)
        yield* TestClock.adjust("30 minutes")
        yield* Application.escalate()
        yield* World.dispatchAll
        assert.deepStrictEqual(
          provider.sent.map(({ from, to }) => [from, to]),
          [[next.number, onCall]]
        )
      })
    )
  )

  it.effect("gives its threads to no number that cannot take them", () =>
    play((provider) =>
      Effect.gen(function* () {
        const { elsewhere, next, old } = yield* inUse(provider)
        const refused = (to: PhoneNumberId) => Effect.flip(suspend(old.id, to))
        assert.deepInclude<object>(yield* refused(old.id), { _tag: "ReplacementRefused", reason: "same_number" })
        assert.deepInclude<object>(yield* refused(elsewhere.id), { reason: "other_site_grouping" })
        const stranger = Application.editNumber(World.staffOf(north), old.id, {
          status: "suspended",
          moveThreadsTo: elsewhere.id
        })
        assert.deepInclude<object>(yield* Effect.flip(stranger), { _tag: "NotFound" })
        yield* suspend(next.id)
        assert.deepInclude<object>(yield* refused(next.id), { reason: "suspended" })
        // Nothing of what was refused was done.
        assert.strictEqual((yield* Application.viewNumber(administrator, old.id)).status, "assigned")
        const inService = yield* Effect.flip(Application.editNumber(administrator, old.id, { moveThreadsTo: next.id }))
        assert.deepInclude<object>(inService, { _tag: "InvalidRequest", field: "moveThreadsTo" })
      })
    )
  )
})
