/** Masked calls: who is put through, what is used up, and that nobody learns a clinician's number. */
import {
  type CallPlan,
  type Contact,
  InventoryNumber,
  type PhoneNumber,
  type PhoneNumberId,
  type SiteGroupingId,
  type UserId
} from "@careline/domain"
import { NumberInventory, TenantNumbers, type Telephony } from "@careline/ports"
import * as Memory from "@careline/testkit"
import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, HashMap, type Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import * as Application from "../src/index.ts"
import * as World from "./support/voiceWorld.ts"

const own = "+14155550177" as PhoneNumber.E164
const clinician: Application.Actor = { userId: "dr" as UserId, scope: [World.north] }

const request: Omit<Application.BridgeCallRequest, "threadId"> = {
  mode: "dial_in",
  clinicianNumber: own,
  callerIdPhoneNumberId: null,
  reason: null,
  notes: null
}

/** The contact has texted, and the clinician has been known under their number for a while. */
const conversing = Effect.gen(function* () {
  yield* World.setUp()
  const directory = yield* Memory.MemoryDirectory
  yield* directory.setPhone(clinician.userId, {
    number: own,
    since: DateTime.subtract(yield* DateTime.now, { days: 30 })
  })
  yield* World.text("Please call me")
  yield* World.settle
  const { threads } = yield* World.conversation
  return threads[0]!
})

const prepare = Effect.fnUntraced(function* (change: Partial<Application.BridgeCallRequest> = {}, actor = clinician) {
  const { threads } = yield* World.conversation
  return yield* Application.prepareBridgeCall(actor, { threadId: threads[0]!.id, ...request, ...change })
})

const dial = (providerCallId: string, from: string = own) => World.call(providerCallId, from as Contact.Contact)

const press = (providerCallId: string, at: CallPlan.Path, digits: string | null) =>
  Effect.flatMap(Application.Voice, (voice) =>
    voice.proceed("acme", { providerCallId, callId: null, at, turn: { _tag: "Pressed", digits } })
  )

const logs = Effect.map(Application.listCalls(clinician, { limit: 50, cursor: null }), ({ items }) => items)

const told = (providerCallId: string, seconds: number) =>
  Effect.gen(function* () {
    for (const [leg, status] of [
      ["own", "in_progress"],
      ["far", "completed"],
      ["own", "completed"]
    ] as const) {
      yield* World.report(providerCallId, {
        _tag: "Progressed",
        leg,
        status,
        durationSeconds: leg === "far" ? seconds : null
      })
    }
    yield* World.settle
  })

const play = <A, E>(
  effect: (
    provider: ReturnType<typeof World.makeProvider>
  ) => Effect.Effect<A, E, Layer.Success<ReturnType<typeof World.world>>>
) => {
  const provider = World.makeProvider()
  return Effect.provide(effect(provider), World.world(provider.telephony))
}

describe("A call that a clinician prepared", () => {
  it.effect("is put through when they dial the line, and the contact sees the number that they know", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        const prepared = yield* prepare()
        assert.deepInclude<object>(prepared, { bridgeNumber: World.line, callerId: World.line, clinicianNumber: own })
        assert.match(prepared.pin!, /^\d{6}$/)
        const { node } = yield* dial("CA1")
        assert.deepInclude<object>(node, { _tag: "Connect", to: World.caller, callerId: World.line })
        yield* told("CA1", 45)
        const { messages, threads } = yield* World.conversation
        assert.deepInclude(messages.at(-1)!, { content: "Call duration: 45s", messageType: "system" })
        assert.strictEqual(threads.length, 1)
        const [log] = yield* logs
        assert.strictEqual(messages.at(-1)!.senderId, clinician.userId)
        assert.deepStrictEqual<object>(messages.at(-1)!.metaData, {
          messageSubType: "call_log",
          callId: log!.id,
          phoneNumberId: log!.phoneNumberId!,
          phoneNumber: World.line
        })
        assert.deepInclude<object>(log!, {
          fromNumber: World.line,
          toNumber: World.caller,
          initiatorId: "dr",
          direction: "outbound"
        })
      })
    )
  )

  it.effect("ends the alarm of its thread once the contact picks up, and not before", () =>
    play(() =>
      Effect.gen(function* () {
        const alarm = Effect.map(World.conversation, ({ threads }) => threads[0]!.escalation.state)
        const before = yield* conversing
        assert.strictEqual(before.escalation.state, "running")
        yield* prepare()
        yield* dial("CA1")
        assert.strictEqual(yield* alarm, "running")
        yield* World.report("CA1", { _tag: "Progressed", leg: "far", status: "in_progress", durationSeconds: null })
        yield* World.settle
        assert.strictEqual(yield* alarm, "idle")
        assert.isNull((yield* World.conversation).threads[0]!.unansweredSince)
      })
    )
  )

  it.effect.each(["no_answer", "busy", "failed"] as const)(
    "leaves the contact waiting, and the alarm running, when the call to them ends as %s",
    (status) =>
      play(() =>
        Effect.gen(function* () {
          yield* conversing
          yield* prepare()
          yield* dial("CA1")
          yield* World.report("CA1", { _tag: "Progressed", leg: "far", status, durationSeconds: null })
          yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 20 })
          yield* World.settle
          const [thread] = (yield* World.conversation).threads
          assert.strictEqual(thread!.escalation.state, "running")
          assert.isNotNull(thread!.unansweredSince)
        })
      )
  )

  it.effect("is put through once, however often its webhook comes, and for nobody else", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare()
        const first = yield* dial("CA1")
        assert.deepStrictEqual(yield* dial("CA1"), first)
        assert.strictEqual((yield* dial("CA2")).node._tag, "Hangup")
        assert.strictEqual((yield* dial("CA3", "+14155550178")).node._tag, "Voicemail")
      })
    )
  )

  it.effect("is over after its time, and the clinician who comes too late leaves no voicemail", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare()
        yield* TestClock.adjust("11 minutes")
        assert.strictEqual((yield* dial("CA1")).node._tag, "Hangup")
        yield* World.settle
        assert.strictEqual((yield* World.conversation).threads.length, 1)
        yield* TestClock.adjust("2 hours")
        assert.strictEqual((yield* dial("CA2")).node._tag, "Voicemail")
      })
    )
  )

  it.effect("asks for its PIN when two are prepared, and connects the one that is meant", () =>
    play(() =>
      Effect.gen(function* () {
        const first = yield* conversing
        const other = yield* Application.createThread(clinician, {
          siteGroupingId: World.north,
          externalContact: "+13035550124"
        })
        const one = yield* prepare({ threadId: first.id })
        const two = yield* prepare({ threadId: other.thread.id })
        assert.strictEqual((yield* dial("CA1")).node._tag, "Gather")
        assert.deepInclude<object>((yield* press("CA1", "", two.pin)).node, { _tag: "Connect", to: "+13035550124" })
        assert.strictEqual((yield* dial("CA2")).node._tag, "Connect")
        assert.notStrictEqual(one.pin, two.pin)
        const threads = (yield* logs).map(({ threadId }) => threadId)
        assert.sameMembers(threads, [first.id, other.thread.id])
      })
    )
  )

  it.effect("is void after too many wrong PINs, over all calls", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        const { pin } = yield* prepare({ clinicianNumber: "+14155550179" })
        const wrong = pin === "000000" ? "000001" : "000000"
        for (const call of ["CA1", "CA2"]) {
          yield* dial(call, "+14155550179")
          for (const at of ["", "x", "x.x"]) yield* press(call, at, wrong)
        }
        yield* dial("CA3", "+14155550179")
        assert.strictEqual((yield* press("CA3", "", pin)).node._tag, "Hangup")
      })
    )
  )

  it.effect("in callback mode rings the clinician first, and connects on a key", () =>
    play((provider) =>
      Effect.gen(function* () {
        yield* conversing
        const prepared = yield* prepare({ mode: "callback", reason: "results" })
        assert.isNull(prepared.pin)
        assert.deepInclude<object>(provider.placed[0]!, { from: World.line, to: own, callId: prepared.callId })
        const voice = yield* Application.Voice
        const turn = { providerCallId: "placed-1", callId: prepared.callId, at: "" }
        const answered = yield* voice.proceed("acme", { ...turn, turn: { _tag: "Answered" } })
        assert.strictEqual(answered.node._tag, "Gather")
        assert.strictEqual((yield* press("placed-1", "", "")).node._tag, "Gather")
        assert.deepInclude<object>((yield* press("placed-1", "", "1")).node, { _tag: "Connect", to: World.caller })
        yield* told("placed-1", 61)
        assert.strictEqual((yield* World.conversation).messages.at(-1)!.content, "Call duration: 1m 1s")
        assert.deepInclude((yield* logs)[0]!, { providerCallId: "placed-1", reason: "results" })
      })
    )
  )

  it.effect("names the clinician in nothing that is kept beside the permission", () =>
    play((provider) =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare()
        yield* dial("CA1")
        yield* told("CA1", 12)
        yield* prepare({ mode: "callback" })
        yield* dial("CA2")
        yield* World.settle
        const state = yield* Effect.flatMap(Memory.MemoryStore, (store) => store.read((all) => all))
        const { bridgeRequests, ...rest } = state
        assert.isAbove(HashMap.size(bridgeRequests), 0)
        const everything = JSON.stringify(
          Object.values(rest).map((table) =>
            HashMap.isHashMap(table)
              ? HashMap.toEntries(table as HashMap.HashMap<string, unknown>)
              : Chunk.isChunk(table)
                ? Chunk.toArray(table)
                : table
          )
        )
        assert.notInclude(everything, own.slice(2))
        assert.include(everything, World.caller)
        assert.strictEqual(provider.placed.length, 1)
      })
    )
  )

  it.effect.each([
    ["a premium number", "+19005550123", "premium"],
    ["a number abroad", "+18765550123", "abroad"],
    ["one of our own numbers", World.line, "own_number"]
  ] as const)("is refused to %s", ([_title, externalContact, reason]) =>
    play(() =>
      Effect.gen(function* () {
        yield* World.setUp()
        yield* World.text("Please call me", [], externalContact as string as Contact.Contact)
        yield* World.settle
        const [thread] = (yield* World.conversation).threads
        const error = yield* Effect.flip(Application.prepareBridgeCall(clinician, { threadId: thread!.id, ...request }))
        assert.deepInclude<object>(error, { _tag: "CallRefused", reason })
      })
    )
  )

  it.effect(
    "is refused with the line switched off, from a number not in service, and in a thread of another tenant",
    () =>
      play(() =>
        Effect.gen(function* () {
          const thread = yield* conversing
          yield* (yield* TenantNumbers).add({
            id: "2" as PhoneNumberId,
            siteGroupingId: World.north,
            number: "+12025550101" as PhoneNumber.E164,
            label: null,
            providerSid: null,
            provider: null,
            status: "suspended",
            createdAt: yield* DateTime.now
          })
          const suspended = yield* Effect.flip(prepare({ callerIdPhoneNumberId: "2" as PhoneNumberId }))
          assert.strictEqual(suspended._tag, "NoSenderNumber")
          const stranger = { userId: "stranger" as UserId, scope: ["south" as SiteGroupingId] }
          assert.strictEqual((yield* Effect.flip(prepare({}, stranger)))._tag, "NotFound")
          yield* Application.changeLineSettings(clinician, World.north, { voipEnabled: false })
          assert.deepInclude<object>(yield* Effect.flip(prepare({ threadId: thread.id })), { reason: "voip_disabled" })
        })
      )
  )

  it.effect("shows no number that is for texts alone: another of the tenant's stands in, where it has one", () =>
    play(() =>
      Effect.gen(function* () {
        const thread = yield* conversing
        const inventory = yield* NumberInventory
        const [line] = yield* inventory.list([World.north])
        yield* inventory.save([{ ...line!, purpose: "text" }])
        const refused = yield* Effect.flip(prepare({ threadId: thread.id }))
        assert.strictEqual(refused._tag, "NoSenderNumber")
        const agent = {
          id: "2" as PhoneNumberId,
          siteGroupingId: World.north,
          number: "+12025550101" as PhoneNumber.E164,
          label: null,
          providerSid: null,
          provider: null,
          status: "assigned" as const,
          createdAt: yield* DateTime.now
        }
        yield* (yield* TenantNumbers).add(agent)
        const { callerId } = yield* prepare({ threadId: thread.id })
        assert.strictEqual(callerId as string, agent.number)
      })
    )
  )

  it.effect("is taken for a contact's where the number is one, but for who knows the PIN", () =>
    play(() =>
      Effect.gen(function* () {
        const thread = yield* conversing
        yield* Application.createThread(clinician, { siteGroupingId: World.north, externalContact: own })
        const { pin } = yield* prepare({ threadId: thread.id })
        assert.strictEqual((yield* dial("CA1")).node._tag, "Gather")
        assert.strictEqual((yield* press("CA1", "", pin)).node._tag, "Connect")
        assert.strictEqual((yield* dial("CA2")).node._tag, "Voicemail")
      })
    )
  )

  const mine = (providerCallId: string) =>
    Effect.map(logs, (calls) => calls.find((call) => call.providerCallId === providerCallId)!)

  it.effect.each([null, "000000"])("is their own call, of a contact whose number was given, who enters %s", (digits) =>
    play((provider) =>
      Effect.gen(function* () {
        yield* conversing
        const { thread } = yield* Application.createThread(clinician, {
          siteGroupingId: World.north,
          externalContact: "+13035550124"
        })
        yield* prepare({ threadId: thread.id, clinicianNumber: World.caller })
        const { node } = yield* dial("CA1", World.caller)
        assert.match(JSON.stringify(node), /stay on the line/)
        for (const at of ["", "x"]) assert.strictEqual((yield* press("CA1", at, digits)).node._tag, "Gather")
        assert.strictEqual((yield* press("CA1", "x.x", digits)).node._tag, "Voicemail")
        yield* World.settle
        const incoming = (yield* World.conversation).messages.filter(({ content }) => content === "Incoming call.")
        assert.strictEqual(incoming.length, 1)
        provider.kept.set("RE1", World.tone)
        yield* World.report("CA1", { _tag: "Recorded", recording: "RE1", durationSeconds: 1 })
        yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 40 })
        yield* World.settle
        const { messages, threads } = yield* World.conversation
        const voicemails = messages.filter(({ metaData }) => metaData.messageSubType === "voicemail")
        assert.strictEqual(voicemails.length, 1)
        assert.strictEqual(voicemails[0]!.attachments.length, 1)
        const theirs = threads.find(({ externalContact }) => externalContact === World.caller)!
        assert.strictEqual(voicemails[0]!.externalThreadId, theirs.id)
        assert.isNotNull(theirs.unansweredSince)
        assert.deepInclude<object>(yield* mine("CA1"), {
          purpose: "voicemail",
          direction: "inbound",
          fromNumber: World.caller,
          initiatorId: null
        })
      })
    )
  )

  it.effect("is a missed call of a contact who hangs up when they are asked for a PIN", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        const { thread } = yield* Application.createThread(clinician, {
          siteGroupingId: World.north,
          externalContact: "+13035550124"
        })
        yield* prepare({ threadId: thread.id, clinicianNumber: World.caller })
        for (const call of ["CA1", "CA2", "CA3"]) {
          yield* dial(call, World.caller)
          yield* World.report(call, { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 9 })
        }
        yield* World.settle
        const { messages } = yield* World.conversation
        assert.strictEqual(messages.filter(({ content }) => content === "Missed call.").length, 3)
      })
    )
  )

  it.effect("is a caller's own from a number that nobody is known under, once they have no PIN", () =>
    play(() =>
      Effect.gen(function* () {
        const thread = yield* conversing
        yield* prepare({ threadId: thread.id, clinicianNumber: "+13035550199" })
        yield* dial("CA1", "+13035550199")
        for (const at of ["", "x", "x.x"]) yield* press("CA1", at, null)
        yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 30 })
        yield* World.settle
        const { messages, threads } = yield* World.conversation
        assert.include(
          threads.map(({ externalContact }) => externalContact as string),
          "+13035550199"
        )
        assert.include(
          messages.map(({ content }) => content),
          "Missed call."
        )
      })
    )
  )

  it.effect("is nobody's when a clinician who is known fails at the PIN, unless they leave a message", () =>
    play((provider) =>
      Effect.gen(function* () {
        const thread = yield* conversing
        yield* prepare({ threadId: thread.id })
        yield* prepare({ threadId: thread.id })
        for (const call of ["CA1", "CA2"]) {
          yield* dial(call)
          for (const at of ["", "x"]) yield* press(call, at, null)
          assert.strictEqual((yield* press(call, "x.x", null)).node._tag, "Voicemail")
        }
        yield* World.report("CA1", { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 30 })
        yield* World.settle
        assert.strictEqual((yield* World.conversation).threads.length, 1)
        provider.kept.set("RE2", World.tone)
        yield* World.report("CA2", { _tag: "Recorded", recording: "RE2", durationSeconds: 1 })
        yield* World.settle
        const { messages, threads } = yield* World.conversation
        assert.strictEqual(threads.length, 2)
        assert.strictEqual(messages.filter(({ attachments }) => attachments.length === 1).length, 1)
      })
    )
  )

  it.effect("is not the contact's to make: neither their number nor ours is a clinician's", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        const nobodys = "+12025550142" as PhoneNumber.E164
        const given = InventoryNumber.entered({
          id: "9" as PhoneNumberId,
          siteGroupingId: null,
          number: nobodys,
          label: null,
          providerSid: null,
          provider: null,
          status: "assigned",
          createdAt: yield* DateTime.now
        })
        yield* (yield* NumberInventory).add({ ...given, holder: null, status: "available" })
        for (const mode of ["dial_in", "callback"] as const) {
          const refused = Effect.fnUntraced(function* (clinicianNumber: string) {
            const error = yield* Effect.flip(prepare({ mode, clinicianNumber }))
            return error._tag === "CallRefused" ? error.reason : error._tag
          })
          assert.strictEqual(yield* refused(World.caller), "contacts_number")
          assert.strictEqual(yield* refused(World.line), "own_number")
          assert.strictEqual(yield* refused(nobodys), "own_number")
        }
        const directory = yield* Memory.MemoryDirectory
        yield* directory.setPhone(clinician.userId, {
          number: World.caller as string as PhoneNumber.E164,
          since: yield* DateTime.now
        })
        const error = yield* Effect.flip(prepare({ clinicianNumber: null }))
        assert.deepInclude<object>(error, { _tag: "CallRefused", reason: "contacts_number" })
      })
    )
  )

  it.effect("rings a clinician once who asks twice, and nobody abroad", () =>
    play((provider) =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare({ mode: "callback" })
        assert.deepInclude<object>(yield* Effect.flip(prepare({ mode: "callback" })), { reason: "ringing" })
        assert.strictEqual(provider.placed.length, 1)
        const abroad = yield* Effect.flip(prepare({ mode: "callback", clinicianNumber: "+18765550123" }))
        assert.deepInclude<object>(abroad, { reason: "abroad" })
      })
    )
  )

  const second = "+12025550101" as PhoneNumber.E164
  const anotherNumber = (provider: string | null) =>
    Effect.gen(function* () {
      yield* (yield* TenantNumbers).add({
        id: "2" as PhoneNumberId,
        siteGroupingId: World.north,
        number: second,
        label: null,
        providerSid: null,
        provider,
        status: "assigned",
        createdAt: yield* DateTime.now
      })
    })
  const hangUp = (call: string) =>
    Effect.andThen(
      World.report(call, { _tag: "Progressed", leg: "own", status: "completed", durationSeconds: 9 }),
      World.settle
    )

  it.effect("is put through from whichever number of the tenant they dial", () =>
    play(() =>
      Effect.gen(function* () {
        const thread = yield* conversing
        yield* anotherNumber(null)
        yield* prepare({ callerIdPhoneNumberId: "2" as PhoneNumberId })
        assert.deepInclude<object>((yield* dial("CA1")).node, { _tag: "Connect", callerId: second })
        assert.deepInclude<object>(yield* mine("CA1"), { threadId: thread.id, fromNumber: second })
      })
    )
  )

  it.effect.each(["before", "after"] as const)(
    "makes no thread, missed call or answer of a clinician who dials another number %s it is too late",
    (when) =>
      play(() =>
        Effect.gen(function* () {
          yield* conversing
          yield* anotherNumber("elsewhere")
          yield* prepare({ callerIdPhoneNumberId: "2" as PhoneNumberId })
          const sent = Effect.flatMap(Memory.MemoryStore, (store) => store.read(({ sends }) => HashMap.size(sends)))
          const before = yield* sent
          if (when === "after") yield* TestClock.adjust("30 minutes")
          const { node } = yield* dial("CA1")
          assert.strictEqual(node._tag, "Hangup")
          assert.match(JSON.stringify(node), when === "before" ? /2 0 2, 5 5 5, 0 1 0 1/ : /prepare it again/)
          yield* hangUp("CA1")
          const { messages, threads } = yield* World.conversation
          assert.strictEqual(threads.length, 1)
          assert.notInclude(JSON.stringify(messages), "Missed call")
          assert.strictEqual(yield* sent, before)
        })
      )
  )

  it.effect("is logged with who prepared it, and in which thread, when it does not come as far as the contact", () =>
    play(() =>
      Effect.gen(function* () {
        const thread = yield* conversing
        const failed = { initiatorId: "dr", threadId: thread.id, direction: "inbound", fromNumber: "staff" }
        yield* prepare({ clinicianNumber: "+14155550179" })
        yield* dial("CA1", "+14155550179")
        yield* hangUp("CA1")
        assert.deepInclude<object>(yield* mine("CA1"), { ...failed, toNumber: World.line })
        yield* TestClock.adjust("11 minutes")
        yield* prepare()
        yield* TestClock.adjust("11 minutes")
        yield* dial("CA2")
        yield* hangUp("CA2")
        assert.deepInclude<object>(yield* mine("CA2"), failed)
        const { thread: other } = yield* Application.createThread(clinician, {
          siteGroupingId: World.north,
          externalContact: "+13035550124"
        })
        yield* prepare({ threadId: thread.id })
        yield* prepare({ threadId: other.id })
        yield* dial("CA3")
        assert.deepInclude<object>(yield* mine("CA3"), { ...failed, threadId: null })
        const byThread = yield* Application.listCalls(clinician, {
          limit: 50,
          cursor: null,
          externalThreadId: thread.id
        })
        assert.sameMembers(
          byThread.items.map(({ providerCallId }) => providerCallId),
          ["CA1", "CA2"]
        )
        assert.notInclude(JSON.stringify((yield* World.conversation).messages), "Call")
      })
    )
  )

  it.effect.each([3, 0, 900])("keeps the length that was told first, whatever is told later (%s seconds)", (seconds) =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare()
        yield* dial("CA1")
        yield* told("CA1", 45)
        for (const leg of ["far", "own"] as const) {
          yield* World.report("CA1", { _tag: "Progressed", leg, status: "completed", durationSeconds: seconds })
        }
        yield* World.settle
        assert.strictEqual((yield* World.conversation).messages.at(-1)!.content, "Call duration: 45s")
        assert.strictEqual((yield* mine("CA1")).far?.durationSeconds, 45)
      })
    )
  )

  it.effect("makes no contact of a clinician who missed a callback and calls back", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare({ mode: "callback" })
        assert.strictEqual((yield* dial("CA1")).node._tag, "Hangup")
        yield* hangUp("CA1")
        assert.strictEqual((yield* World.conversation).threads.length, 1)
      })
    )
  )

  it.effect("rings nobody by two callbacks at a time, over all threads and whoever asks", () =>
    play((provider) =>
      Effect.gen(function* () {
        const first = yield* conversing
        const other = yield* Application.createThread(clinician, {
          siteGroupingId: World.north,
          externalContact: "+13035550124"
        })
        const threads = [first.id, other.thread.id]
        const colleague = { ...clinician, userId: "np" as UserId }
        const asked = yield* Effect.forEach(
          [clinician, colleague].flatMap((actor) => threads.map((threadId) => ({ actor, threadId }))),
          ({ actor, threadId }) => Effect.result(prepare({ mode: "callback", threadId }, actor)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(asked.filter(Result.isSuccess).length, 1)
        assert.strictEqual(provider.placed.length, 1)
        const elsewhere = yield* Effect.flip(
          prepare({ mode: "callback", threadId: other.thread.id, clinicianNumber: "+14155550178" })
        )
        assert.deepInclude<object>(elsewhere, { reason: "ringing" })
        // It rang out: the phone is free before its time is over.
        yield* World.report("placed-1", { _tag: "Progressed", leg: "own", status: "no_answer", durationSeconds: null })
        yield* World.settle
        yield* prepare({ mode: "callback", threadId: other.thread.id })
        assert.strictEqual(provider.placed.length, 2)
      })
    )
  )

  it.effect("is called back so often in an hour, and not more", () =>
    play((provider) =>
      Effect.gen(function* () {
        const thread = yield* conversing
        const again = prepare({ mode: "callback", threadId: thread.id })
        yield* again
        yield* TestClock.adjust("20 minutes")
        yield* again
        yield* TestClock.adjust("10 minutes")
        const error = yield* Effect.flip(again)
        assert.deepInclude<object>(error, { _tag: "TooManyCallbacks", retryAfterMillis: 30 * 60_000 })
        assert.deepInclude<object>(Application.Problem.ofError(error), { status: 429 })
        yield* prepare({ threadId: thread.id })
        yield* TestClock.adjust("30 minutes")
        yield* again
        assert.strictEqual(provider.placed.length, 3)
      }).pipe(
        Effect.provideService(Application.Limits.Limits, Application.Limits.withDefaults({ callbacksPerUser: 2 }))
      )
    )
  )

  it.effect("is not connected by a URL that names its place", () =>
    play(() =>
      Effect.gen(function* () {
        yield* conversing
        yield* prepare({ clinicianNumber: "+14155550179" })
        yield* dial("CA1", "+14155550179")
        const voice = yield* Application.Voice
        const forged = yield* voice.proceed("acme", {
          providerCallId: "CA1",
          callId: null,
          at: "0",
          turn: { _tag: "Answered" }
        })
        assert.strictEqual(forged.node._tag, "Hangup")
      })
    )
  )

  it.effect("that the provider refuses is failed, and the clinician is told", () => {
    const provider = World.makeProvider()
    const telephony: Telephony.TelephonyService = {
      ...provider.telephony,
      calls: {
        ...provider.telephony.calls,
        place: () => Effect.succeed({ _tag: "Rejected", reason: "sender_not_allowed", code: "21210" })
      }
    }
    return Effect.gen(function* () {
      yield* conversing
      const error = yield* Effect.flip(prepare({ mode: "callback" }))
      assert.deepInclude<object>(error, { _tag: "CallNotPlaced", isRetryable: false })
      assert.strictEqual((yield* Effect.flip(prepare({ mode: "callback" })))._tag, "CallNotPlaced")
      const [log] = yield* logs
      assert.strictEqual(log!.own.status, "failed")
      assert.isNotNull(log!.endedAt)
    }).pipe(Effect.provide(World.world(telephony)))
  })
})
