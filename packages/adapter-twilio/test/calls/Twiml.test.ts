/** What a call does next, as TwiML. */
import type { CallPlan, Prompt } from "@careline/domain"
import { render } from "@careline/adapter-kit/twiml"
import type { Telephony } from "@careline/ports"
import { assert, describe, it } from "vitest"
import { dialect } from "../../src/calls/Twiml.ts"

const publicUrl = "https://clinic.example.com/"
const hook = "https://clinic.example.com/api/v1/webhooks/twilio"
const english = "en-US" as never
const say = (text: string, language = "en-US"): Prompt => ({ _tag: "Say", text, language: language as never })

const step = (node: CallPlan.CallPlan, change: Partial<Telephony.CallStep> = {}): string =>
  render(dialect, publicUrl, { callId: "call-1" as never, at: "", node, ...change })

const response = (...verbs: ReadonlyArray<string>): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs.join("")}</Response>`

const voicemail = (change: Partial<CallPlan.Voicemail> = {}): CallPlan.CallPlan => ({
  _tag: "Voicemail",
  say: [say("Leave a message.")],
  maxSeconds: 120,
  language: english,
  after: [],
  ...change
})

const recorded = (action: string, status: string, more = "", maxLength = 119): string =>
  `<Record action="${action}" method="POST" maxLength="${maxLength}" timeout="10" finishOnKey="#" playBeep="true" ` +
  `trim="do-not-trim" recordingStatusCallback="${status}" recordingStatusCallbackEvent="completed absent" ` +
  `recordingStatusCallbackMethod="POST"${more}/>`

describe("TwiML", () => {
  it.each(["busy", "rejected"] as const)("of a call that is %s rejects it", (reason) => {
    assert.strictEqual(step({ _tag: "Reject", reason }), response(`<Reject reason="${reason}"/>`))
  })

  it("of an end says its words and files, in their order", () => {
    const prompts = [say("Good evening."), { _tag: "Play", url: "https://f.example.com/a.mp3?a=1&b=2" } as const]
    assert.strictEqual(
      step({ _tag: "Hangup", say: [...prompts, say("Adiós.", "es-US")] }),
      response(
        '<Say language="en-US">Good evening.</Say>',
        "<Play>https://f.example.com/a.mp3?a=1&amp;b=2</Play>",
        '<Say language="es-US">Adiós.</Say>',
        "<Hangup/>"
      )
    )
  })

  it("of a voicemail records, and asks for a transcription in English", () => {
    const action = `${hook}/call?call=call-1&amp;at=1.x&amp;after=recording`
    assert.strictEqual(
      step(voicemail(), { at: "1.x" }),
      response(
        '<Say language="en-US">Leave a message.</Say>',
        recorded(
          action,
          `${hook}/recording?call=call-1`,
          ` transcribe="true" transcribeCallback="${hook}/transcription?call=call-1"`
        )
      )
    )
  })

  it.each([
    ["in Spanish", { language: "es-US" as never }, 120],
    ["of more than two minutes", { maxSeconds: 300 }, 300]
  ])("of a voicemail %s asks for no transcription", (_what, change, maxLength) => {
    const action = `${hook}/call?call=call-1&amp;at=&amp;after=recording`
    assert.strictEqual(
      step(voicemail({ say: [], ...change })),
      response(recorded(action, `${hook}/recording?call=call-1`, "", maxLength))
    )
  })

  it("of a voicemail whose call is not kept carries no id", () => {
    assert.strictEqual(
      step(voicemail({ say: [], language: "de-DE" as never, maxSeconds: 1 }), { callId: null }),
      response(recorded(`${hook}/call?after=recording`, `${hook}/recording`, "", 2))
    )
  })

  it("of a connection shows our number, and reports on the far leg", () => {
    const node: CallPlan.CallPlan = {
      _tag: "Connect",
      say: [say("One moment.")],
      to: "+13035550188" as never,
      callerId: "+12025550142" as never,
      permission: "permission" as never,
      ringSeconds: 30,
      maxSeconds: 3_600,
      onFail: []
    }
    assert.strictEqual(
      step(node),
      response(
        '<Say language="en-US">One moment.</Say>',
        '<Dial callerId="+12025550142" answerOnBridge="true" timeout="30" timeLimit="3600" ' +
          `action="${hook}/call?call=call-1&amp;at=&amp;after=connection" method="POST">`,
        `<Number statusCallback="${hook}/call-status?call=call-1" ` +
          'statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="POST">+13035550188</Number></Dial>'
      )
    )
    assert.include(step({ ...node, ringSeconds: 14_400 }), 'timeout="600"')
  })

  it("of a question waits for keys, and asks on after none", () => {
    const end: CallPlan.CallPlan = { _tag: "Hangup", say: [] }
    assert.strictEqual(
      step({ _tag: "Gather", say: [say("PIN?")], digits: 6, timeoutSeconds: 10, options: [], otherwise: end }),
      response(
        '<Gather input="dtmf" numDigits="6" timeout="10" finishOnKey="#" ' +
          `action="${hook}/call?call=call-1&amp;at=&amp;after=keys" method="POST" actionOnEmptyResult="true">`,
        '<Say language="en-US">PIN?</Say></Gather>'
      )
    )
  })

  it.each([
    ["en-ZZ", '<Say language="en-US">Hello.</Say>'],
    ["es-CO", '<Say language="es-US">Hello.</Say>'],
    ["tlh-AA", "<Say>Hello.</Say>"]
  ])("speaks %s in the nearest voice", (language, spoken) => {
    assert.strictEqual(step({ _tag: "Hangup", say: [say("Hello.", language)] }), response(spoken, "<Hangup/>"))
  })

  it("escapes what has a meaning in XML, and leaves out what XML has no place for", () => {
    assert.strictEqual(
      step({ _tag: "Hangup", say: [say(`<Hangup/> & "you" it's\u0000\u001b \ud800 👍`)] }),
      response('<Say language="en-US">&lt;Hangup/&gt; &amp; "you" it\'s 👍</Say>', "<Hangup/>")
    )
    assert.strictEqual(step({ _tag: "Hangup", say: [say(" \u0000 ")] }), response("<Hangup/>"))
  })

  it("says a long text in parts that are short enough, whole words where it can", () => {
    const text = `${"👍🏽 señora ".repeat(200)}${"é".repeat(3_000)}`
    const parts = [...step({ _tag: "Hangup", say: [say(text)] }).matchAll(/<Say [^>]*>([^<]*)<\/Say>/g)].map(
      ([, words = ""]) => words
    )
    assert.isAbove(parts.length, 3)
    for (const part of parts) assert.isAtMost(encodeURIComponent(part).length, 4_000)
    assert.strictEqual(parts.join("").replaceAll(" ", ""), text.replaceAll(" ", ""))
  })
})
