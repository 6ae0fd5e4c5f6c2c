/** Answering calls when something is wrong with us, and finding calls that nobody told us of. */
import { type Contact, VoipSettings } from "@careline/domain"
import {
  Inbox,
  Settings,
  StorageError,
  StoreUnavailable,
  type Telephony,
  type TelephonyEvent,
  Transaction
} from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Fiber, HashMap, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import * as World from "./support/voiceWorld.ts"

const words = "You have reached North Clinic."
const greeted = {
  callGreetings: [{ language: "en-US" as never, text: words, audioUrl: null, choice: null }]
}

/** A transaction that fails, or never ends, once it is told to. */
const failing = (how: "fails" | "hangs") => {
  let isDown = false
  const layer = Layer.effect(
    Transaction,
    Effect.map(Transaction, ({ transact }) =>
      Transaction.of({
        transact: (effect) => {
          if (!isDown) return transact(effect)
          if (how === "hangs") return Effect.uninterruptible(Effect.never)
          const reason = new StoreUnavailable({ message: "the store is away" })
          return Effect.fail(new StorageError({ operation: "transact", reason }))
        }
      })
    )
  )
  return { layer, down: Effect.sync(() => void (isDown = true)) }
}

const worldOver = (transaction: Layer.Layer<Transaction, never, Transaction>) =>
  Application.Voice.layer.pipe(
    Layer.provideMerge(transaction.pipe(Layer.provideMerge(World.stores(World.makeProvider().telephony))))
  )

describe("A caller", () => {
  it.effect.each(["fails", "hangs"] as const)(
    "hears the tenant's greeting and may leave a message when the store %s",
    (how) => {
      const { down, layer } = failing(how)
      return Effect.gen(function* () {
        yield* World.setUp(greeted)
        // The greetings that are kept for such a time are read anew every minute.
        yield* TestClock.adjust("1 minute")
        yield* down
        const answering = yield* Effect.forkChild(World.call("CA1"))
        yield* TestClock.adjust("2 seconds")
        const step = yield* Fiber.join(answering)
        assert.isNull(step.callId)
        assert.strictEqual(step.node._tag, "Voicemail")
        assert.include(JSON.stringify(step.node), words)
      }).pipe(Effect.provide(worldOver(layer)))
    }
  )

  it.effect(
    "hears our own words, and their call stands in its thread, when the adapter cannot render the tenant's",
    () => {
      const { telephony } = World.makeProvider()
      const event: TelephonyEvent = { _tag: "CallReceived", providerCallId: "CA1", from: World.caller, to: World.line }
      const webhooks: Telephony.Webhooks = {
        receive: () => Effect.succeed({ account: "acme", events: [event] }),
        reply: (_kind, step) => {
          const body = JSON.stringify(step?.node)
          if (body.includes(words)) throw new Error("cannot be rendered")
          return { status: 200, headers: {}, body }
        }
      }
      const request = { method: "POST", target: "/api/v1/webhooks/acme/call", headers: {}, body: new Uint8Array() }
      return Effect.gen(function* () {
        yield* World.setUp(greeted)
        for (const kind of ["call", "fallback"] as const) {
          const { body, status } = yield* Application.receiveWebhook("acme", kind, request)
          assert.strictEqual(status, 200)
          assert.match(body, /leave a message/)
        }
        yield* World.settle
        assert.strictEqual((yield* World.conversation).messages[0]!.content, "Incoming call.")
      }).pipe(
        Effect.provide(Application.Intake.layer.pipe(Layer.provideMerge(World.world({ ...telephony, webhooks }))))
      )
    }
  )

  it.effect("of a number that is not ours hears so, and an administrator sees the call", () =>
    Effect.gen(function* () {
      yield* World.setUp()
      const { node } = yield* World.call("CA1", World.caller, "+12025550199" as never)
      assert.include(JSON.stringify(node), "not in service")
      const parked = yield* Effect.flatMap(Inbox, (inbox) => inbox.parked({ limit: 10, cursor: null }))
      assert.deepStrictEqual(
        parked.items.map(({ kind }) => kind),
        ["CallReceived"]
      )
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )

  it.effect("who withholds their number shares a thread that nobody can text", () =>
    Effect.gen(function* () {
      yield* World.setUp()
      yield* World.call("CA1", "anonymous" as Contact.Contact)
      yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 9 })
      yield* World.settle
      const { messages, threads } = yield* World.conversation
      assert.strictEqual(threads[0]!.externalContact, "anonymous")
      assert.deepStrictEqual(
        messages.map(({ content }) => content),
        ["Missed call."]
      )
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )

  it.effect("is heard with the line switched off, and nothing is sent and no alarm runs", () =>
    Effect.gen(function* () {
      yield* World.setUp({ voipEnabled: false })
      assert.strictEqual((yield* World.call("CA1")).node._tag, "Voicemail")
      yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 9 })
      yield* World.settle
      const { messages, threads } = yield* World.conversation
      assert.deepStrictEqual([messages.length, threads[0]!.escalation.state], [1, "idle"])
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )

  it.effect("hears a plan as it was decided, though the tenant changes its greeting meanwhile", () =>
    Effect.gen(function* () {
      const languages = [
        ...greeted.callGreetings,
        { language: "es-US" as never, text: "Clínica Norte.", audioUrl: null, choice: null }
      ]
      yield* World.setUp({ callGreetings: languages })
      const { callId } = yield* World.call("CA1")
      yield* (yield* Settings).put(World.north, VoipSettings.defaults)
      const voice = yield* Application.Voice
      const turn = { _tag: "Pressed" as const, digits: "2" }
      const step = yield* voice.proceed("acme", { providerCallId: "CA1", callId, at: "", turn })
      assert.include(JSON.stringify(step.node), "Clínica Norte.")
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )
})

describe("A call that goes on while the store is away", () => {
  it.effect("hears the greeting after a key, and may still leave a message", () => {
    const { down, layer } = failing("fails")
    return Effect.gen(function* () {
      yield* World.setUp({
        callGreetings: [
          ...greeted.callGreetings,
          { language: "es-US" as never, text: null, audioUrl: null, choice: null }
        ]
      })
      yield* TestClock.adjust("1 minute")
      const { callId } = yield* World.call("CA1")
      yield* down
      const turn = { _tag: "Pressed" as const, digits: "2" }
      const step = yield* Effect.flatMap(Application.Voice, (voice) =>
        voice.proceed("acme", { providerCallId: "CA1", callId, at: "", turn })
      )
      assert.strictEqual(step.node._tag, "Voicemail")
      assert.include(JSON.stringify(step.node), words)
    }).pipe(Effect.provide(worldOver(layer)))
  })
})

describe("A call of ours that lost its way to the fallback", () => {
  it.effect("greets nobody, is kept by nobody, and rings nobody once more", () =>
    Effect.gen(function* () {
      yield* World.setUp()
      const voice = yield* Application.Voice
      const lost = {
        _tag: "CallReceived",
        providerCallId: "CA1",
        from: World.line as never,
        to: "+14155550177" as never
      } as const
      const { node } = yield* voice.begin(World.source, lost, true)
      assert.strictEqual(node._tag, "Hangup")
      const parked = yield* Effect.flatMap(Inbox, (inbox) => inbox.parked({ limit: 10, cursor: null }))
      assert.deepStrictEqual(parked.items, [])
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )
})

describe("A call that nothing is heard of any more", () => {
  it.effect("is over once its provider has forgotten it", () =>
    Effect.gen(function* () {
      yield* World.setUp()
      yield* World.call("CA1")
      yield* Application.processInbound()
      assert.strictEqual(yield* Application.settleCalls(), 0)
      yield* TestClock.adjust("16 minutes")
      assert.strictEqual(yield* Application.settleCalls(), 1)
      yield* Application.processInbound()
      const { messages } = yield* World.conversation
      assert.deepStrictEqual(
        messages.map(({ content }) => content),
        ["Missed call.", "We will call back."]
      )
    }).pipe(Effect.provide(World.world(World.makeProvider().telephony)))
  )
})

describe("The sweep", () => {
  const sweeping = (records: (now: DateTime.Utc) => ReadonlyArray<Telephony.HistoryRecord>) => {
    const provider = World.makeProvider()
    const telephony: Telephony.TelephonyService = {
      ...provider.telephony,
      capabilities: {
        ...provider.telephony.capabilities,
        history: { messages: true, calls: true, recordings: true }
      },
      history: {
        between: () => Effect.map(DateTime.now, (now) => ({ account: "acme", records: records(now) }))
      }
    }
    return { ...provider, telephony }
  }

  const received = (id: string, text: string): TelephonyEvent => ({
    _tag: "MessageReceived",
    providerMessageId: id,
    from: World.caller,
    to: World.line,
    text,
    attachments: [],
    providerKeyword: null
  })

  const missed: ReadonlyArray<TelephonyEvent> = [
    received("SM1", "Did you get this?"),
    { _tag: "CallReceived", providerCallId: "CA9", from: World.caller, to: World.line },
    {
      _tag: "CallReported",
      providerCallId: "CA9",
      callId: null,
      report: { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 12 }
    },
    {
      _tag: "CallReported",
      providerCallId: "CA9",
      callId: null,
      report: { _tag: "Recorded", recording: "RE9", durationSeconds: 7 }
    }
  ]

  it.effect("files texts, calls and recordings that never reached us, once", () => {
    const { kept, telephony } = sweeping((now) => missed.map((event) => ({ at: now, event })))
    kept.set("RE9", World.tone)
    return Effect.gen(function* () {
      yield* World.setUp({ autoReplyMessage: null })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Application.sweepHistory(), 4)
      yield* World.settle
      const { messages } = yield* World.conversation
      assert.deepStrictEqual(
        messages.map(({ content }) => content),
        ["Did you get this?", "Voicemail received."]
      )
      assert.strictEqual(messages[1]!.attachments.length, 1)
      assert.strictEqual(yield* Application.sweepHistory(), 0)
    }).pipe(Effect.provide(World.world(telephony)))
  })

  it.effect("files nothing that did reach us", () => {
    const { telephony } = sweeping((now) => missed.slice(1).map((event) => ({ at: now, event })))
    return Effect.gen(function* () {
      yield* World.setUp()
      yield* World.call("CA9")
      for (const event of missed) if (event._tag === "CallReported") yield* World.report("CA9", event.report)
      assert.strictEqual(yield* Application.sweepHistory(), 0)
      const store = yield* Memory.MemoryStore
      assert.strictEqual(yield* store.read(({ calls }) => HashMap.size(calls)), 1)
    }).pipe(Effect.provide(World.world(telephony)))
  })

  it.effect("makes no contact of a clinician whose prepared call never reached us", () => {
    const own = "+14155550177"
    const event: TelephonyEvent = { _tag: "CallReceived", providerCallId: "CA7", from: own as never, to: World.line }
    const { telephony } = sweeping((now) => [{ at: now, event }])
    return Effect.gen(function* () {
      yield* World.setUp()
      yield* World.text("Please call me")
      yield* World.settle
      const { threads } = yield* World.conversation
      yield* Application.prepareBridgeCall(World.nurse, {
        threadId: threads[0]!.id,
        mode: "dial_in",
        clinicianNumber: own,
        callerIdPhoneNumberId: null,
        reason: null,
        notes: null
      })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Application.sweepHistory(), 0)
      yield* World.settle
      assert.strictEqual((yield* World.conversation).threads.length, 1)
    }).pipe(Effect.provide(World.world(telephony)))
  })

  it.effect("leaves alone what came before the number was ours to answer", () => {
    const { telephony } = sweeping((now) =>
      missed.map((event) => ({ at: DateTime.subtract(now, { hours: 30 }), event }))
    )
    return Effect.gen(function* () {
      yield* World.setUp()
      assert.strictEqual(yield* Application.sweepHistory(), 0)
      assert.strictEqual((yield* World.conversation).threads.length, 0)
    }).pipe(Effect.provide(World.world(telephony)))
  })
})
