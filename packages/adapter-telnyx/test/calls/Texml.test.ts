/** The TeXML of each node of a plan, to the letter. */
import type { CallId, CallPlan, Language, PhoneNumber, Prompt } from "@careline/domain"
import * as Twiml from "@careline/adapter-kit/twiml"
import type { Telephony } from "@careline/ports"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { it as plainly } from "vitest"
import { TelnyxTelephony } from "../../src/index.ts"
import * as Speech from "../../src/calls/Speech.ts"
import { dialect } from "../../src/calls/Texml.ts"
import { optionsFor, publicUrl } from "../support.ts"

const english = "en-US" as Language
const say = (text: string, language = english): Prompt => ({ _tag: "Say", text, language })
const callId = "01980000-0000-7000-8000-00000000ca11" as CallId
const hooks = "https://clinic.example.com/api/v1/webhooks/telnyx"
const step = (after: string, at = "1.x") => `${hooks}/call?call=${callId}&amp;at=${at}&amp;after=${after}`

const render = (node: CallPlan.CallPlan, change: Partial<Telephony.CallStep> = {}) =>
  Twiml.render(dialect, publicUrl, { callId, at: "1.x", node, ...change })

const document = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`
const hello = '<Say voice="alice" language="en-US">Hello.</Say>'

const voicemail: CallPlan.Voicemail = {
  _tag: "Voicemail",
  say: [say("Hello.")],
  maxSeconds: 120,
  language: english,
  after: []
}

const connect: CallPlan.Connect = {
  _tag: "Connect",
  say: [say("Hello.")],
  to: "+13035550188" as PhoneNumber.E164,
  callerId: "+12025550142" as CallPlan.CallerId,
  permission: "a permission" as CallPlan.Connect["permission"],
  ringSeconds: 20,
  maxSeconds: 3_600,
  onFail: []
}

describe("TeXML", () => {
  it("refuses a call", () => {
    assert.strictEqual(render({ _tag: "Reject", reason: "busy" }), document('<Reject reason="busy"/>'))
  })

  it("says and plays, and hangs up", () => {
    const url = "https://files.example.com/a.mp3?a=1&b=2"
    assert.strictEqual(
      render({ _tag: "Hangup", say: [say("Hello."), { _tag: "Play", url }, say("Hola.", "es-US" as Language)] }),
      document(
        `${hello}<Play>https://files.example.com/a.mp3?a=1&amp;b=2</Play>` +
          '<Say voice="alice" language="es-US">Hola.</Say><Hangup/>'
      )
    )
  })

  it("records in one channel, up to one key, and says where it reports", () => {
    assert.strictEqual(
      render(voicemail),
      document(
        `${hello}<Record action="${step("recording")}" method="POST" maxLength="120" finishOnKey="#" playBeep="true" ` +
          `channels="single" format="wav" recordingStatusCallback="${hooks}/recording?call=${callId}" ` +
          'recordingStatusCallbackEvent="completed" recordingStatusCallbackMethod="POST" transcription="true" ' +
          `transcriptionCallback="${hooks}/transcription?call=${callId}"/>`
      )
    )
  })

  it("asks for a transcription in English alone", () => {
    assert.notInclude(render({ ...voicemail, language: "es-US" as Language }), "transcription")
    assert.include(render({ ...voicemail, language: "en-GB" as Language }), 'transcription="true"')
  })

  it("carries no id of a call that is not kept", () => {
    const rendered = render(voicemail, { callId: null })
    assert.include(rendered, `action="${hooks}/call?after=recording"`)
    assert.include(rendered, `recordingStatusCallback="${hooks}/recording"`)
  })

  it("puts a caller through under our number", () => {
    assert.strictEqual(
      render(connect),
      document(
        `${hello}<Dial callerId="+12025550142" timeout="20" timeLimit="3600" action="${step("connection")}" method="POST">` +
          `<Number statusCallback="${hooks}/call-status?call=${callId}" ` +
          'statusCallbackEvent="initiated ringing answered completed" statusCallbackMethod="POST">+13035550188</Number></Dial>'
      )
    )
  })

  it.each([
    [{ ringSeconds: 1, maxSeconds: 1 }, 'timeout="5" timeLimit="60"'],
    [{ ringSeconds: 14_400, maxSeconds: 14_400 }, 'timeout="120" timeLimit="14400"']
  ] as const)("rings and connects as long as Telnyx allows: %j", (change, expected) => {
    assert.include(render({ ...connect, ...change }), expected)
  })

  it("asks for keys, and goes to the same place without one", () => {
    const gather: CallPlan.Gather = {
      _tag: "Gather",
      say: [say("Hello.")],
      digits: 6,
      timeoutSeconds: 5,
      options: [],
      otherwise: { _tag: "Hangup", say: [] }
    }
    assert.strictEqual(
      render(gather, { at: "" }),
      document(
        `<Gather input="dtmf" numDigits="6" timeout="5" finishOnKey="#" action="${step("keys", "")}">` +
          `${hello}</Gather><Redirect method="POST">${step("keys", "")}</Redirect>`
      )
    )
  })

  it("escapes what has a meaning in XML, and leaves out what has no place in it", () => {
    assert.strictEqual(
      render({ _tag: "Hangup", say: [say('</Say> & "x" &amp; \u0000\ud800 👍')] }),
      document('<Say voice="alice" language="en-US">&lt;/Say&gt; &amp; "x" &amp;amp; 👍</Say><Hangup/>')
    )
  })

  it.effect("is what a call is answered with, and a hangup where there is nothing to do", () =>
    Effect.gen(function* () {
      const { webhooks } = yield* TelnyxTelephony.make(optionsFor())
      const node: CallPlan.CallPlan = { _tag: "Hangup", say: [say("Hello.")] }
      const headers = { "content-type": "application/xml; charset=utf-8" }
      assert.deepStrictEqual(webhooks.reply("fallback", { callId: null, at: "", node }), {
        status: 200,
        headers,
        body: document(`${hello}<Hangup/>`)
      })
      assert.deepStrictEqual(webhooks.reply("call"), { status: 200, headers, body: document("<Hangup/>") })
      assert.deepStrictEqual(webhooks.reply("call-status"), { status: 200, headers: {}, body: "" })
    })
  )
})

describe("Words that are spoken", () => {
  it.each([
    ["en-US", "en-US"],
    ["en-ZZ", "en-US"],
    ["es-AR", "es-US"],
    ["zh-CN", "cmn-CN"],
    ["ar-AE", "arb"],
    ["no-NO", "nb-NO"],
    ["tlh-QQ", null]
  ])("%s is spoken as %s", (language, spoken) => {
    assert.strictEqual(Speech.toLanguage(language), spoken)
  })

  it("name no language that no voice has", () => {
    assert.include(
      render({ _tag: "Hangup", say: [say("nuqneH", "tlh-QQ" as Language)] }),
      '<Say voice="alice">nuqneH</Say>'
    )
  })

  plainly("are told whole, in parts that are each short enough", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 9_000, size: "max" }), (text) => {
        const parts = Speech.toSpoken(text)
        for (const part of parts) assert.isAtMost(part.length, 3_000)
        const bare = (words: string) => words.replace(/\s/g, "")
        assert.strictEqual(
          bare(parts.join("")),
          bare(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ""))
        )
      }),
      { numRuns: 50 }
    )
  })
})
