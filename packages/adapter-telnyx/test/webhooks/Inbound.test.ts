/** `message.received`, as Telnyx documents it and as it was seen. */
import { TelephonyError } from "@careline/ports"
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import * as Inbound from "../../src/webhooks/Inbound.ts"

/** From developers.telnyx.com/docs/messaging/messages/receive-message, with what real logs show beside. */
const received = {
  autoresponse_type: null,
  cc: [],
  direction: "inbound",
  from: { carrier: "T-Mobile USA", line_type: "Wireless", phone_number: "+13125550001", status: "webhook_delivered" },
  id: "84cca175-9755-4859-b67f-4730d7f58aa3",
  is_spam: false,
  media: [],
  parts: 1,
  record_type: "message",
  subject: "",
  text: "Hello",
  to: [{ carrier: "Telnyx", line_type: "Wireless", phone_number: "+17735550002", status: "webhook_delivered" }],
  type: "SMS"
}

const decode = (change: Readonly<Record<string, unknown>>) => Inbound.decode({ ...received, ...change })

describe("A received message", () => {
  it("is read", () => {
    assert.deepStrictEqual(decode({}), {
      _tag: "MessageReceived",
      providerMessageId: received.id,
      from: "+13125550001",
      to: "+17735550002",
      text: "Hello",
      attachments: [],
      providerKeyword: null
    } as never)
  })

  it.each([
    ["image/png", "image"],
    ["audio/amr", "audio"],
    ["video/3gpp", "video"],
    ["text/vcard", "file"],
    [null, "file"]
  ])("with media of %s has an attachment of type %s", (contentType, type) => {
    const media = [{ url: "https://media.telnyx.com/1", content_type: contentType, sha256: null, size: 1 }]
    assert.deepInclude(decode({ media }), {
      attachments: [{ type, url: "https://media.telnyx.com/1", mimeType: contentType }]
    } as never)
  })

  it("leaves out media without a URL, and keeps no more than ten", () => {
    const media = Array.from({ length: 12 }, (_, index) => ({ url: `https://media.telnyx.com/${index}` }))
    assert.lengthOf((decode({ media }) as { attachments: ReadonlyArray<unknown> }).attachments, 10)
    assert.deepInclude(decode({ media: [{ url: null }, {}] }), { attachments: [] })
  })

  it.each([null, undefined, ""])("with the text %j says nothing", (text) => {
    assert.deepInclude(decode({ text: text === undefined ? null : text }), { text: "" })
  })

  it("of a group is for the number that the webhook is for", () => {
    const to = [
      { phone_number: "+13125550009", status: "delivered" },
      { phone_number: "+17735550002", status: "webhook_delivered" }
    ]
    assert.deepInclude(decode({ to }), { to: "+17735550002" } as never)
  })

  it.each([
    ["STOP", "opt_out"],
    ["START", "opt_in"],
    ["HELP", "help"],
    ["help", "help"],
    ["SOMETHING", null],
    [null, null]
  ])("with autoresponse_type %s has the keyword %s", (word, keyword) => {
    assert.deepInclude(decode({ autoresponse_type: word }), { providerKeyword: keyword } as never)
  })

  it.each([
    [{ to: [{ phone_number: "72975" }] }, "72975"],
    [{ to: [{ agent_id: "harbor-clinic" }], type: "RCS" }, "rcs:harbor-clinic"],
    [{ to: [{ phone_number: "+12025550100" }], type: "WHATSAPP" }, "whatsapp:+12025550100"]
  ])("with %j came for something that is no number of ours, and is kept for it", (change, to) => {
    assert.deepInclude(decode(change), { _tag: "MessageReceived", to } as never)
  })

  it("to a group came for every number of it", () => {
    const group = {
      to: [{ phone_number: "+12025550100", status: "webhook_delivered" }, { phone_number: "+13035550188" }],
      cc: [{ phone_number: "+12025550101" }, { phone_number: "+12025550100" }]
    }
    assert.deepInclude(decode(group), { to: "+12025550100", alsoTo: ["+13035550188", "+12025550101"] } as never)
  })

  it.each([
    [{ id: "1" }],
    [{ id: undefined }],
    [{ from: {} }],
    [{ from: { phone_number: "  " } }],
    [{ from: { phone_number: "x".repeat(255) } }],
    [{ to: [] }],
    [{ to: [{ phone_number: "" }] }],
    [{ to: [{}] }]
  ])("with %j cannot be read", (change) => {
    assert.instanceOf(decode(change), TelephonyError.MalformedWebhook)
  })

  test.prop([fc.anything()])("is read or refused, whatever it is", (payload) => {
    const event = Inbound.decode(payload)
    assert.isTrue(event instanceof TelephonyError.MalformedWebhook || event._tag === "MessageReceived")
  })
})
