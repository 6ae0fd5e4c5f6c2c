/** Plans are finite trees that are walked by what a caller does, and a bridge's plan never names the clinician. */
import { fc, test } from "@fast-check/vitest"
import { DateTime, Result, Schema } from "effect"
import { assert, describe, it } from "vitest"
import {
  BridgeRequest,
  type BridgeRequestId,
  CallGreeting,
  type CallId,
  CallPlan,
  type Contact,
  IncomingCall,
  type Language,
  type PhoneNumber,
  type PhoneNumberId,
  type ThreadId,
  type UserId,
  VoipSettings
} from "../../src/index.ts"

const now = DateTime.makeUnsafe("2026-03-02T17:00:00Z")
const line = { number: "+12025550100" as PhoneNumber.E164 }
const contact = "+13035550123" as PhoneNumber.E164

const request = (fields: Partial<BridgeRequest.BridgeRequest> = {}): BridgeRequest.BridgeRequest => ({
  id: "b1" as BridgeRequestId,
  siteGroupingId: null,
  threadId: "t1" as ThreadId,
  mode: "dial_in",
  clinicianId: "dr" as UserId,
  clinicianNumber: "+14155550177" as PhoneNumber.E164,
  numberSince: DateTime.subtract(now, { days: 8 }),
  bridgeNumberId: "1" as PhoneNumberId,
  bridgeNumber: line.number,
  callerIdNumberId: "1" as PhoneNumberId,
  callerId: CallPlan.callerId(line),
  contact,
  pin: "123456",
  reason: null,
  notes: null,
  failedPins: 0,
  expiresAt: DateTime.add(now, { minutes: 10 }),
  usedBy: null,
  createdAt: now,
  ...fields
})

const greeted = IncomingCall.plan({ callGreetings: [], callHandling: "voicemail" })
const stranger: BridgeRequest.Caller = {
  isContact: false,
  greeting: greeted,
  called: line.number,
  callerIds: new Set([line.number])
}
const knownContact: BridgeRequest.Caller = { ...stranger, isContact: true }

const presses = (digits: string | null): CallPlan.Turn => ({ _tag: "Pressed", digits })

const greeting = (language: string, change: Partial<CallGreeting.CallGreeting> = {}) =>
  ({ language: language as Language, text: null, audioUrl: null, choice: null, ...change }) as const

describe("What a caller hears", () => {
  it("is our own words in English where the tenant said nothing", () => {
    const plan = IncomingCall.plan({ callGreetings: [], callHandling: "voicemail" })
    assert.strictEqual(plan._tag, "Voicemail")
    assert.match(JSON.stringify(plan), /leave a message/)
  })

  it("is the tenant's own words, or its recording, and no more than a request to text where it takes no messages", () => {
    const said = IncomingCall.plan({
      callGreetings: [greeting("en-US", { text: "North Clinic." })],
      callHandling: "voicemail"
    })
    assert.deepStrictEqual(said._tag === "Voicemail" ? said.say : null, [
      { _tag: "Say", text: "North Clinic.", language: "en-US" as Language }
    ])
    const played = IncomingCall.plan({
      callGreetings: [greeting("en-US", { audioUrl: "https://clinic.example/a.mp3" })],
      callHandling: "text_us"
    })
    assert.deepStrictEqual(played, { _tag: "Hangup", say: [{ _tag: "Play", url: "https://clinic.example/a.mp3" }] })
  })

  it("is in the language that they choose, and in the first when they choose none", () => {
    const plan = IncomingCall.plan({ callGreetings: [greeting("en-US"), greeting("es-US")], callHandling: "voicemail" })
    const languageAfter = (digits: string | null): string | null => {
      const { node } = CallPlan.next(plan, "", presses(digits))
      return node._tag === "Voicemail" ? node.language : null
    }
    assert.deepStrictEqual(["1", "2", "7", null].map(languageAfter), ["en-US", "es-US", "en-US", "en-US"])
    assert.match(JSON.stringify(plan), /Para español, oprima 2/)
  })

  it("is in a language that Careline does not speak only in words that the tenant gave", () => {
    const isGood = Schema.is(CallGreeting.CallGreeting)
    assert.isFalse(isGood(greeting("fr-CA")))
    assert.isTrue(isGood(greeting("fr-CA", { text: "Bonjour.", choice: "Pour le français, appuyez sur le 2." })))
  })

  const spoiled = [
    " ",
    "\t",
    "\u0000",
    "\u0001",
    "Hello\u0007",
    "\ud800",
    "a\udc00",
    "\u200b",
    "\u2800",
    "\ufeff \u00a0",
    "\uffff"
  ]

  it.each(spoiled)("is set to nothing that cannot be spoken (%j)", (text) => {
    const isSettable = Schema.is(CallGreeting.New)
    const url = `https://clinic.example/${text}`
    assert.isFalse(isSettable(greeting("en-US", { text })))
    assert.isFalse(isSettable(greeting("en-US", { choice: text })))
    if (!/[\u200b\u2800]/.test(text)) assert.isFalse(isSettable(greeting("en-US", { audioUrl: url })))
    const kept = IncomingCall.plan({ callGreetings: [greeting("en-US", { text })], callHandling: "voicemail" })
    assert.match(
      JSON.stringify(kept),
      text.startsWith("Hello") ? /Hello / : text === "a\udc00" ? /"a "/ : /leave a message/
    )
  })

  it("is set to one greeting for each language, and offered once for each", () => {
    const twice = [greeting("en-US"), greeting("es-US"), greeting("en-US", { text: "Again." })]
    assert.isFalse(Schema.is(VoipSettings.Edit)({ callGreetings: twice }))
    assert.isTrue(Schema.is(VoipSettings.Edit)({ callGreetings: twice.slice(0, 2) }))
    const plan = IncomingCall.plan({ callGreetings: twice, callHandling: "voicemail" })
    assert.strictEqual(plan._tag === "Gather" ? plan.options.length : 0, 2)
    assert.notMatch(JSON.stringify(plan), /Again/)
  })

  const anyText = fc.option(fc.oneof(fc.string({ unit: "binary", minLength: 1 }), fc.constantFrom(...spoiled)))
  test.prop([
    fc.array(fc.tuple(fc.constantFrom("en-US", "es-MX", "fr-CA"), anyText, anyText, anyText), { maxLength: 9 })
  ])("is something that a store can keep and a document can hold, whatever greetings there are", (kept) => {
    const callGreetings = kept.map(([language, text, path, choice]) =>
      greeting(language, { text, choice, audioUrl: path === null ? null : `https://${path}` })
    )
    for (const callHandling of ["voicemail", "text_us"] as const) {
      for (const node of CallPlan.nodes(IncomingCall.plan({ callGreetings, callHandling }))) {
        const said = "say" in node ? node.say : []
        if (node._tag !== "Gather") assert.isAbove(said.length, 0)
        for (const prompt of said) {
          const words = prompt._tag === "Say" ? prompt.text : prompt.url
          assert.notMatch(words, /[\p{Cc}\p{Cs}]/u)
          assert.notStrictEqual(words.trim(), "")
        }
      }
    }
  })

  it("ends with the tenant's thanks after a message, and with nothing where a plan has no more", () => {
    const plan = IncomingCall.plan({ callGreetings: [], callHandling: "voicemail" })
    const after = CallPlan.next(plan, "", { _tag: "Recorded" }).node
    assert.match(JSON.stringify(after), /Thank you/)
    assert.deepStrictEqual(CallPlan.next(plan, "", presses("1")).node, { _tag: "Hangup", say: [] })
    assert.deepStrictEqual(CallPlan.next(plan, "9.9.9", presses("1")).node, { _tag: "Hangup", say: [] })
  })

  test.prop([fc.string(), fc.option(fc.string())])("is something at any place that a URL may name", (at, digits) => {
    const plan = BridgeRequest.dialled([request(), request({ id: "b2" as BridgeRequestId })], stranger, now)!.plan
    assert.isString(CallPlan.next(plan, at, presses(digits)).node._tag)
  })
})

describe("A clinician who calls the line", () => {
  it("is put through at once by one permission from a number that is known", () => {
    const plan = BridgeRequest.dialled([request()], stranger, now)!.plan
    assert.deepInclude<object>(plan, { _tag: "Connect", to: contact, callerId: line.number, permission: "b1" })
  })

  const doubtful: ReadonlyArray<readonly [string, ReadonlyArray<BridgeRequest.BridgeRequest>]> = [
    ["two permissions match", [request(), request({ id: "b2" as BridgeRequestId, pin: "654321" })]],
    ["the number changed in the last week", [request({ numberSince: DateTime.subtract(now, { days: 6 }) })]]
  ]

  it.each(doubtful)("is asked for a PIN when %s", (_title, requests) => {
    const plan = BridgeRequest.dialled(requests, stranger, now)!.plan
    assert.strictEqual(plan._tag, "Gather")
    for (const { id, pin } of requests) {
      const { node } = CallPlan.next(plan, "", presses(pin))
      assert.deepInclude<object>(node, { _tag: "Connect", permission: id })
    }
  })

  it("may try a PIN three times in one call", () => {
    const plan = BridgeRequest.dialled([request({ numberSince: now })], stranger, now)!.plan
    let step: CallPlan.Step = { at: "", node: plan }
    for (let tries = 1; tries <= 3; tries++) {
      assert.strictEqual(step.node._tag, "Gather", `try ${tries}`)
      assert.isTrue(CallPlan.isMistaken(plan, step.at, presses("000000")))
      step = CallPlan.next(plan, step.at, presses("000000"))
    }
    assert.deepStrictEqual(step.node, CallPlan.doubting(greeted, "b1" as BridgeRequestId))
  })

  it("is served like any caller when they know no PIN, by whatever greets callers", () => {
    const several = IncomingCall.plan({
      callGreetings: [greeting("en-US"), greeting("es-US")],
      callHandling: "voicemail"
    })
    const textUs = IncomingCall.plan({ callGreetings: [], callHandling: "text_us" })
    for (const plan of [several, textUs]) {
      const asked = BridgeRequest.dialled([request({ numberSince: now })], { ...knownContact, greeting: plan }, now)!
      const { node } = CallPlan.next(asked.plan, "x.x", presses(null))
      assert.strictEqual(node._tag, plan._tag)
      assert.isFalse(CallPlan.mayConnect(node))
    }
  })

  const called = "+12025550188" as PhoneNumber.E164

  it("is put through from another number of the tenant, or asked there as they would be", () => {
    const plan = BridgeRequest.dialled([request()], { ...stranger, called }, now)!.plan
    assert.deepInclude<object>(plan, { _tag: "Connect", to: contact, callerId: line.number })
    const doubted = BridgeRequest.dialled([request()], { ...knownContact, called }, now)!.plan
    assert.strictEqual(doubted._tag, "Gather")
  })

  it("is put through for the number that they called before any other", () => {
    const other = request({
      id: "b2" as BridgeRequestId,
      bridgeNumber: called,
      contact: "+13035550124" as PhoneNumber.E164
    })
    const plan = BridgeRequest.dialled([request(), other], { ...stranger, called }, now)!.plan
    assert.deepInclude<object>(plan, { _tag: "Connect", permission: "b2" })
  })

  it("hears which number to call where this one's provider cannot show the other", () => {
    const elsewhere = { called, callerIds: new Set<string>() }
    const { plan } = BridgeRequest.dialled([request()], { ...stranger, ...elsewhere }, now)!
    assert.deepInclude<object>(plan, { _tag: "Hangup" })
    assert.match(JSON.stringify(plan), /2 0 2, 5 5 5, 0 1 0 0/)
    const fresh = BridgeRequest.dialled([request({ numberSince: now })], { ...stranger, ...elsewhere }, now)!
    assert.match(JSON.stringify(fresh.plan), /2 0 2.*leave a message/)
    assert.isNull(BridgeRequest.dialled([request()], { ...knownContact, ...elsewhere }, now))
  })

  it("hears the greeting as well when they come too late from a number that is new", () => {
    const { plan } = BridgeRequest.dialled([request({ expiresAt: now, numberSince: now })], stranger, now)!
    assert.match(JSON.stringify(plan), /prepare it again.*leave a message/)
    assert.deepInclude<object>(plan, { _tag: "Voicemail", permission: "b1" })
  })

  it("hears that the time is over, that the call was made, or that it was a callback, and is nobody where nothing was prepared", () => {
    const late = [
      request({ expiresAt: now }),
      request({ usedBy: "c1" as CallId }),
      request({ failedPins: BridgeRequest.MAX_FAILED_PINS }),
      request({ mode: "callback" })
    ]
    for (const one of late)
      assert.deepInclude<object>(BridgeRequest.dialled([one], stranger, now)!.plan, { _tag: "Hangup" })
    assert.isNull(BridgeRequest.dialled([], stranger, now))
    assert.isNull(BridgeRequest.dialled(late, knownContact, now))
  })

  it("who is called has to press a key: a voicemail that answers reaches nobody", () => {
    const plan = BridgeRequest.callback(request({ mode: "callback" }))
    const ways = [null, "", "2", "11"].map((digits) => CallPlan.next(plan, "", presses(digits)).node._tag)
    assert.notInclude(ways, "Connect")
    assert.strictEqual(CallPlan.next(plan, "", presses("1")).node._tag, "Connect")
  })

  const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 7, maxLength: 7 }).map((all) => all.join(""))

  test.prop([fc.uniqueArray(digits, { minLength: 1, maxLength: 3 }), digits, fc.boolean(), fc.boolean()])(
    "is named in no plan",
    (pins, own, isNew, isCallback) => {
      const clinicianNumber = `+1415${own}` as PhoneNumber.E164
      const requests = pins.map((pin, index) =>
        request({
          id: `b${index}` as BridgeRequestId,
          clinicianNumber,
          pin: pin.slice(0, BridgeRequest.PIN_DIGITS),
          mode: isCallback ? "callback" : "dial_in",
          ...(isNew ? { numberSince: now } : {})
        })
      )
      const plans = isCallback
        ? requests.map(BridgeRequest.callback)
        : [BridgeRequest.dialled(requests, stranger, now)!.plan]
      for (const plan of plans) {
        assert.notInclude(JSON.stringify(plan), clinicianNumber.slice(2))
        for (const node of CallPlan.nodes(plan)) {
          if (node._tag === "Connect") assert.deepStrictEqual([node.to, node.callerId], [contact, line.number])
        }
      }
    }
  )
})

describe("A permission", () => {
  it("is used once, by one call, which may come again", () => {
    const [first, second] = ["c1" as CallId, "c2" as CallId]
    const used = BridgeRequest.use(request(), first, now)
    assert.strictEqual(used?.usedBy, first)
    assert.strictEqual(BridgeRequest.use(used!, first, DateTime.add(now, { days: 1 })), used)
    assert.isNull(BridgeRequest.use(used!, second, now))
    assert.isNull(BridgeRequest.use(request({ expiresAt: now }), first, now))
  })

  it.each([
    ["+13035550123", false, null],
    ["+19005550123", false, "premium"],
    ["+12129761234", false, "premium"],
    ["911", false, "not_a_phone"],
    ["112", false, "not_a_phone"],
    ["ana@example.com", false, "not_a_phone"],
    ["anonymous", false, "not_a_phone"],
    ["+18765550123", false, "abroad"],
    ["+447400123456", false, "abroad"],
    ["+13035550123", true, "own_number"]
  ])("is not given for %s (ours: %s)", (externalContact, isOurs, reason) => {
    const found = BridgeRequest.destination(
      { externalContact: externalContact as Contact.Contact },
      line.number,
      isOurs
    )
    assert.strictEqual(Result.isFailure(found) ? found.failure.reason : null, reason)
  })
})
