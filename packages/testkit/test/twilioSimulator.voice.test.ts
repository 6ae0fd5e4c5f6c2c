/** The simulated Twilio refuses what Twilio would not understand, and plays the rest. */
import { assert, describe, it } from "vitest"
import { read } from "../src/simulators/twilio/Twiml.ts"

const XML = "text/xml; charset=utf-8"
const url = "https://clinic.example.com/api/v1/webhooks/twilio/call"
const violation = (inner: string, contentType = XML) =>
  read(contentType, `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`, url).violation

const number = '<Number statusCallback="https://clinic.example.com/s">+13035550188</Number>'

describe("The simulated Twilio", () => {
  it.each([
    "",
    "<Hangup/>",
    '<Reject reason="busy"/>',
    '<Say language="es-US">Hola &amp; adiós</Say><Play>https://f.example.com/a.mp3</Play><Pause length="2"/>',
    `<Gather numDigits="1" action="${url}"><Say>Press 1</Say></Gather><Redirect>${url}</Redirect>`,
    `<Dial callerId="+12025550100" timeout="20" action="${url}">${number}</Dial>`,
    `<Record maxLength="120" transcribe="true" transcribeCallback="${url}" recordingStatusCallback="${url}"/>`
  ])("understands %s", (inner) => assert.isNull(violation(inner)))

  it.each([
    ["a verb that does not exist", "<Shout>Hello</Shout>"],
    ["a verb in other letters", "<say>Hello</say>"],
    ["an attribute that does not exist", '<Say volume="11">Hello</Say>'],
    ["a value that does not exist", '<Say language="tlh-AA">Hello</Say>'],
    ["a number out of bounds", '<Gather timeout="0"/>'],
    ["nothing to say", "<Say> </Say>"],
    ["a text that is too long", `<Say>${"👍".repeat(400)}</Say>`],
    ["a verb where none may be", "<Gather><Record/></Gather>"],
    ["text between verbs", "Hello"],
    ["a URL that is relative", '<Gather action="/call"/>'],
    ["a host with an underscore", "<Play>https://my_host.example.com/a.mp3</Play>"],
    ["a caller ID that is no number", `<Dial callerId="anonymous">${number}</Dial>`],
    ["nobody to call", '<Dial callerId="+12025550100"/>'],
    ["a number that is none", "<Dial><Number>911</Number></Dial>"],
    ["a transcription of a long recording", '<Record maxLength="300" transcribe="true"/>'],
    ["a transcription that nobody asked for", `<Record transcribeCallback="${url}"/>`],
    ["a rejection after a word", "<Say>Hello</Say><Reject/>"],
    ["what is not well-formed", "<Say>Hello"],
    ["an entity that XML does not know", "<Say>caf&eacute;</Say>"]
  ])("refuses %s", (_what, inner) => assert.isString(violation(inner)))

  it.each(["text/plain", "application/json", ""])("refuses the content type %j", (contentType) =>
    assert.isString(violation("<Hangup/>", contentType))
  )

  it("refuses a document type, another root and 64 KB", () => {
    assert.isString(read(XML, '<!DOCTYPE a [<!ENTITY b "c">]><Response/>', url).violation)
    assert.isString(read(XML, "<Answer/>", url).violation)
    assert.isString(read(XML, `<Response>${"<Pause/>".repeat(9_000)}</Response>`, url).violation)
    assert.isString(read(XML, '<?xml version="1.1"?><Response/>', url).violation)
  })
})
