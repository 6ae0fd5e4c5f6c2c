/** What a call does next, as an NCCO. */
import type { CallPlan, Prompt } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { assert, describe, it } from "vitest"
import { render } from "../../src/calls/Ncco.ts"

const publicUrl = "https://clinic.example.com/"
const hook = "https://clinic.example.com/api/v1/webhooks/vonage"
const english = "en-US" as never
const say = (text: string, language = "en-US"): Prompt => ({ _tag: "Say", text, language: language as never })

const step = (node: CallPlan.CallPlan, change: Partial<Telephony.CallStep> = {}) =>
  render(publicUrl, { callId: "call-1" as never, at: "", node, ...change })

const hangup = (...say: ReadonlyArray<Prompt>): CallPlan.CallPlan => ({ _tag: "Hangup", say })

const voicemail = (change: Partial<CallPlan.Voicemail> = {}): CallPlan.CallPlan => ({
  _tag: "Voicemail",
  say: [say("Leave a message.")],
  maxSeconds: 120,
  language: english,
  after: [say("Thank you.")],
  ...change
})

const connect = (change: Partial<CallPlan.Connect> = {}): CallPlan.CallPlan => ({
  _tag: "Connect",
  say: [],
  to: "+13035550188" as never,
  callerId: "+12025550100" as never,
  permission: "permission" as never,
  ringSeconds: 25,
  maxSeconds: 3_600,
  onFail: [say("Nobody answered.")],
  ...change
})

const fields = (node: CallPlan.CallPlan, action: string) => step(node).find((one) => one.action === action)

describe("An NCCO", () => {
  it.each(["busy", "rejected"] as const)("of a call that is %s does nothing, so that it is not taken", (reason) => {
    assert.deepStrictEqual(step({ _tag: "Reject", reason }), [])
  })

  it("of an end says its words and files, in their order", () => {
    const url = "https://f.example.com/a.mp3?a=1&b=2"
    assert.deepStrictEqual(step(hangup(say("Good evening."), { _tag: "Play", url }, say("Adiós.", "es-US"))), [
      { action: "talk", text: "Good evening.", language: "en-US" },
      { action: "stream", streamUrl: [url] },
      { action: "talk", text: "Adiós.", language: "es-US" }
    ])
  })

  it("of a voicemail records until a key, silence or the time, and goes on to the closing words", () => {
    assert.deepStrictEqual(step(voicemail()), [
      { action: "talk", text: "Leave a message.", language: "en-US" },
      {
        action: "record",
        format: "wav",
        beepStart: true,
        endOnKey: "#",
        endOnSilence: 10,
        timeOut: 120,
        eventUrl: [`${hook}/recording?call=call-1`],
        eventMethod: "POST"
      },
      { action: "talk", text: "Thank you.", language: "en-US" }
    ])
  })

  it("of a call that is not kept carries no id of ours", () => {
    const [, record] = step(voicemail(), { callId: null })
    assert.deepStrictEqual(record?.eventUrl, [`${hook}/recording`])
  })

  it.each([
    [1, 3],
    [300, 300],
    [14_400, 7_200]
  ])("of a voicemail of %i seconds records %i, which Vonage can", (maxSeconds, timeOut) => {
    assert.strictEqual(fields(voicemail({ maxSeconds }), "record")?.timeOut, timeOut)
  })

  it("of a connection shows our number, and waits for our answer when nobody was reached", () => {
    assert.deepStrictEqual(step(connect(), { at: "1.x" }), [
      {
        action: "connect",
        from: "12025550100",
        timeout: 25,
        limit: 3_600,
        eventType: "synchronous",
        eventUrl: [`${hook}/call?call=call-1&at=1.x&after=connection`],
        eventMethod: "POST",
        endpoint: [{ type: "phone", number: "13035550188" }]
      }
    ])
  })

  it("of a connection stays within what Vonage lets ring and talk", () => {
    const action = fields(connect({ ringSeconds: 600, maxSeconds: 14_400 }), "connect")
    assert.deepStrictEqual([action?.timeout, action?.limit], [120, 7_200])
  })

  it("of a question may be interrupted by a key, and asks for what comes after it", () => {
    const node: CallPlan.CallPlan = {
      _tag: "Gather",
      say: [say("Press 1."), { _tag: "Play", url: "https://f.example.com/b.mp3" }],
      digits: 6,
      timeoutSeconds: 7,
      options: [{ digits: "1", leadsTo: voicemail() }],
      otherwise: hangup()
    }
    assert.deepStrictEqual(step(node, { at: "2" }), [
      { action: "talk", text: "Press 1.", language: "en-US", bargeIn: true },
      { action: "stream", streamUrl: ["https://f.example.com/b.mp3"], bargeIn: true },
      {
        action: "input",
        type: ["dtmf"],
        dtmf: { maxDigits: 6, timeOut: 7, submitOnHash: true },
        eventUrl: [`${hook}/call?call=call-1&at=2&after=keys`],
        eventMethod: "POST"
      }
    ])
  })
})

describe("Words in an NCCO", () => {
  const spoken = (text: string, language = "en-US") => step(hangup(say(text, language)))
  const texts = (text: string) => spoken(text).map((action) => String(action.text))

  it.each([
    ["en-GB", "en-GB"],
    ["es-AR", "es-US"],
    ["en-ZZ", "en-US"],
    ["zh-CN", "cmn-CN"],
    ["zh-TW", "cmn-TW"],
    ["zh-HK", "yue-CN"],
    ["ar-EG", "ar"]
  ])("in %s are spoken by a voice of %s", (language, voice) => {
    assert.strictEqual(spoken("Hello", language)[0]?.language, voice)
  })

  it("of a language that no voice speaks are left to the voice that Vonage chooses", () => {
    assert.deepStrictEqual(spoken("Hello", "tlh-AA"), [{ action: "talk", text: "Hello" }])
  })

  it("are never taken for markup", () => {
    assert.deepStrictEqual(texts('<speak><audio src="https://x.example.com"/></speak>'), [
      '< speak><audio src="https://x.example.com"/>< /speak>'
    ])
    assert.deepStrictEqual(texts(`Press <1> & say "hello"`), [`Press <1> & say "hello"`])
  })

  it("that are too long for one action are several, broken between words", () => {
    const words = Array.from({ length: 800 }, (_, index) => `word${index}`)
    const parts = texts(words.join(" "))
    assert.isAbove(parts.length, 3)
    assert.isTrue(parts.every((part) => part.length <= 1_500))
    assert.strictEqual(parts.join(" "), words.join(" "))
  })

  it("lose what nobody can speak", () => {
    assert.deepStrictEqual(texts("a\u0000b\ud800c\n\nd"), ["a b c d"])
    assert.deepStrictEqual(texts("\u0007 "), [])
  })
})
