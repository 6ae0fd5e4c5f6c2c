/** The form of an inbound text, read. */
import { TelephonyError, TelephonyEvent } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { Predicate, Schema } from "effect"
import { assert, describe, it } from "vitest"
import * as Inbound from "../../src/webhooks/Inbound.ts"

const base = {
  AccountSid: `AC${"0a".repeat(16)}`,
  MessageSid: `SM${"4d".repeat(16)}`,
  From: "+13035550123",
  To: "+12025550100",
  Body: "hello",
  NumMedia: "0"
}
const decode = (change: Readonly<Record<string, string>> = {}) =>
  Inbound.decode(new URLSearchParams({ ...base, ...change }))
const read = (change: Readonly<Record<string, string>> = {}) => {
  const event = decode(change)
  if (Predicate.isTagged(event, "MessageReceived")) return event
  throw event
}

describe("An inbound text", () => {
  it("is an event of the port's own shape", () => {
    assert.isTrue(Schema.is(TelephonyEvent)(read()))
    assert.deepInclude(read(), { providerMessageId: base.MessageSid, text: "hello", providerKeyword: null })
  })

  it("keeps its text as it was written, blanks and line ends too", () => {
    assert.strictEqual(read({ Body: " \n Olá 👍 + & = %\t " }).text, " \n Olá 👍 + & = %\t ")
  })

  it.each([0, 1, 2, 10])("brings %i attachments", (count) => {
    const media = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        [`MediaUrl${index}`, `https://api.twilio.com/media/${index}`],
        [`MediaContentType${index}`, "image/jpeg"]
      ]).flat()
    )
    const { attachments } = read({ NumMedia: String(count), Body: "", ...media })
    assert.deepStrictEqual(
      attachments.map(({ url }) => url),
      Array.from({ length: count }, (_, index) => `https://api.twilio.com/media/${index}`)
    )
  })

  it("brings ten attachments at most, and none that is not there", () => {
    const media = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`MediaUrl${index}`, `https://m/${index}`])
    )
    assert.lengthOf(read({ NumMedia: "4000000000", ...media }).attachments, 10)
    assert.lengthOf(read({ NumMedia: "3", MediaUrl1: "https://m/1" }).attachments, 1)
    assert.lengthOf(read({ NumMedia: "many", MediaUrl0: "https://m/0" }).attachments, 0)
  })

  it.each([
    ["image/png", "image"],
    ["audio/amr", "audio"],
    ["video/3gpp", "video"],
    ["text/vcard", "file"],
    ["", "file"]
  ])("of type %s is %s", (mimeType, type) => {
    const { attachments } = read({ NumMedia: "1", MediaUrl0: "https://m/0", MediaContentType0: mimeType })
    assert.strictEqual(attachments[0]?.type, type)
  })

  it.each(["72975", "PHARMACY", "whatsapp:+13035550123", "anonymous"])("may be from %s", (from) => {
    assert.strictEqual(read({ From: from }).from as string, from)
  })

  it.each(["72975", "rcs:harbor_clinic", "whatsapp:+12025550100", "sip:line@clinic.example.com"])(
    "may be for %s, which is no number of ours, and is kept for it",
    (to) => assert.strictEqual(read({ To: to }).to as string, to)
  )

  it.each([
    ["STOP", "opt_out"],
    ["stop", "opt_out"],
    ["START", "opt_in"],
    ["HELP", "help"],
    ["CONSTRUCTOR", null],
    ["", null]
  ])("with OptOutType %j was answered by Twilio as %s", (type, keyword) => {
    assert.strictEqual(read({ OptOutType: type }).providerKeyword, keyword)
  })

  it("is read under the deprecated name of its id when the other is missing", () => {
    const parameters = new URLSearchParams({ ...base, SmsSid: base.MessageSid })
    parameters.delete("MessageSid")
    assert.propertyVal(Inbound.decode(parameters), "providerMessageId", base.MessageSid)
  })

  it.each([
    [{ MessageSid: "" }],
    [{ MessageSid: "SM1" }],
    [{ MessageSid: `CA${"4d".repeat(16)}` }],
    [{ From: "" }],
    [{ From: "x".repeat(255) }],
    [{ To: "" }],
    [{ To: "  " }]
  ])("cannot be read with %o, and the reason quotes nothing of it", (change) => {
    const error = decode(change)
    assert.instanceOf(error, TelephonyError.MalformedWebhook)
    for (const value of Object.values(change)) if (value !== "") assert.notInclude(error.message, value)
  })

  const record = fc.dictionary(fc.string(), fc.string({ unit: "grapheme" }))
  test.prop([record])("is the same whatever parameters Twilio adds", (extra) => {
    const parameters = new URLSearchParams(base)
    for (const [name, value] of Object.entries(extra)) if (!parameters.has(name)) parameters.append(`X-${name}`, value)
    assert.deepStrictEqual(Inbound.decode(parameters), decode())
  })

  test.prop([record])("is an event or a refusal, whatever the parameters", (parameters) => {
    const result = Inbound.decode(new URLSearchParams(Object.entries(parameters)))
    assert.isTrue(result instanceof TelephonyError.MalformedWebhook || result._tag === "MessageReceived")
  })
})
