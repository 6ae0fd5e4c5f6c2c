/** The JSON of an inbound text, read. */
import { TelephonyError, TelephonyEvent } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { Predicate, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Inbound from "../../src/webhooks/Inbound.ts"
import * as Payload from "../../src/webhooks/Payload.ts"

type Fields = Readonly<Record<string, unknown>>

const sms = {
  channel: "sms",
  message_uuid: "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab",
  to: "12025550100",
  from: "13035550123",
  timestamp: "2025-02-03T12:14:25Z",
  message_type: "text",
  text: "Hello",
  sms: { num_messages: "2", total_count: "3", keyword: "STOP" },
  usage: { currency: "EUR", price: "0.0333" },
  origin: { network_code: "12345" }
}
const image = { url: "https://api-us.nexmo.com/v3/media/1b456509", name: "image.jpg", caption: "MMS text" }
const mms = { ...sms, channel: "mms", message_type: "image", text: undefined, image }

const decode = (payload: Fields) => {
  const read = Payload.decode(new TextEncoder().encode(JSON.stringify(payload)))
  if (read === null) throw new Error("no payload")
  return Inbound.decode(read)
}
const read = (payload: Fields) => {
  const event = decode(payload)
  if (Predicate.isTagged(event, "MessageReceived")) return event
  throw event
}

describe("An inbound text", () => {
  it("is an event of the port's own shape, and its first word nobody's keyword", () => {
    assert.isTrue(Schema.is(TelephonyEvent)(read(sms)))
    assert.deepStrictEqual(read(sms), {
      _tag: "MessageReceived",
      providerMessageId: sms.message_uuid,
      from: "+13035550123",
      to: "+12025550100",
      text: "Hello",
      attachments: [],
      providerKeyword: null
    } as never)
  })

  it("keeps its text as it was written, blanks and line ends too", () => {
    for (const text of [" \n Olá 👍 + & = %\t ", ""]) assert.strictEqual(read({ ...sms, text }).text, text)
  })

  it("needs no type, no time and no price", () => {
    const { message_type: _type, origin: _origin, timestamp: _timestamp, usage: _usage, ...rest } = sms
    assert.strictEqual(read(rest).text, "Hello")
  })

  it.each([
    ["72975", "72975"],
    ["PHARMACY", "PHARMACY"],
    ["", "unknown"],
    [undefined, "unknown"],
    [null, "unknown"]
  ])("may be from %j", (from, contact) => assert.strictEqual(read({ ...sms, from }).from as string, contact))

  it.each([[{ to: "" }], [{ to: undefined }], [{ text: undefined }], [{ text: 7 }]])(
    "cannot be read with %o, and the reason quotes nothing of it",
    (change: Fields) => {
      const error = decode({ ...sms, ...change })
      assert.instanceOf(error, TelephonyError.MalformedWebhook)
      for (const value of Object.values(change)) if (value) assert.notInclude(error.message, String(value))
    }
  )

  it.each(["72975", "Clinic"])("may be for %s, which is no number of ours, and is kept for it", (to) =>
    assert.strictEqual(read({ ...sms, to }).to as string, to)
  )

  it.each(["whatsapp", "rcs", "messenger", "viber_service", "constructor"])(
    "over %s is kept for an address there, and for no number of ours",
    (channel) => {
      const { to } = read({ ...sms, channel })
      assert.isTrue(to.startsWith(`${channel}:+`))
      assert.strictEqual(read({ ...sms, channel, text: undefined }).text, "")
    }
  )
})

describe("An inbound MMS", () => {
  it("has its text in the caption", () => {
    const event = read(mms)
    assert.isTrue(Schema.is(TelephonyEvent)(event))
    assert.strictEqual(event.text, "MMS text")
    assert.deepStrictEqual(event.attachments, [{ type: "image", url: image.url, mimeType: null }])
  })

  it.each([
    ["image", "image"],
    ["audio", "audio"],
    ["video", "video"],
    ["vcard", "file"],
    ["file", "file"],
    ["hologram", "file"]
  ])("of the type %s brings a %s", (type, ours) => {
    const event = read({ ...mms, image: undefined, message_type: type, [type]: { url: "https://m/1", caption: "see" } })
    assert.deepStrictEqual(event.attachments, [{ type: ours as "file", url: "https://m/1", mimeType: null }])
    assert.strictEqual(event.text, "see")
  })

  it("may be of text alone", () => {
    const event = read({ ...mms, image: undefined, message_type: "text", text: "only words" })
    assert.deepInclude(event, { text: "only words", attachments: [] })
  })

  it("brings all its parts when there are several, and the first caption", () => {
    const content = [
      { type: "image", url: "https://m/1" },
      { type: "vcard", url: "https://m/2", caption: "" },
      { type: "video", url: "https://m/3", caption: "of the third" },
      { type: "image" },
      null,
      "junk"
    ]
    const event = read({ ...mms, image: { url: "https://m/1" }, content })
    assert.deepStrictEqual(
      event.attachments.map(({ type, url }) => [type, url]),
      [
        ["image", "https://m/1"],
        ["file", "https://m/2"],
        ["video", "https://m/3"]
      ]
    )
    assert.strictEqual(event.text, "of the third")
    assert.strictEqual(read({ ...mms, content }).text, "MMS text")
    assert.lengthOf(read({ ...mms, content: [] }).attachments, 1)
  })

  it("is kept when nothing of it can be read but who wrote it", () => {
    const event = read({ ...mms, message_type: "unsupported", image: undefined })
    assert.deepInclude(event, { text: "", attachments: [] })
  })

  it("without a type is malformed: a status has none", () => {
    assert.instanceOf(decode({ ...mms, message_type: undefined }), TelephonyError.MalformedWebhook)
  })
})

describe("The JSON of a webhook", () => {
  it.each([
    "",
    "{",
    "[]",
    "null",
    '"x"',
    "{}",
    '{"channel":"sms"}',
    '{"channel":"sms","message_uuid":""}',
    '{"channel":1,"message_uuid":"a"}'
  ])("is not %j", (text) => assert.isNull(Payload.decode(new TextEncoder().encode(text))))

  test.prop([fc.dictionary(fc.string(), fc.jsonValue())])(
    "is an event or a refusal, whatever else is in it",
    (extra) => {
      for (const base of [sms, mms]) {
        const result = decode({ ...extra, ...base })
        assert.isTrue(Predicate.isTagged(result, "MessageReceived"))
        const changed = decode({ ...base, ...extra, channel: base.channel, message_uuid: base.message_uuid })
        assert.isTrue(changed instanceof TelephonyError.MalformedWebhook || changed?._tag === "MessageReceived")
      }
    }
  )
})
