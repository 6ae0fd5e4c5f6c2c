/** Telnyx's simulator is stricter than Telnyx, which ignores what it does not know; and its links are as good as S3's. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, assert, beforeEach, describe, it, vi } from "vitest"
import { SignedLinks, VALID_SECONDS } from "../src/simulators/telnyx/SignedLinks.ts"
import * as Texml from "../src/simulators/telnyx/Texml.ts"

const xml = "application/xml"
const here = "https://clinic.example.com/call"
const read = (inner: string, contentType = xml) => Texml.read(contentType, `<Response>${inner}</Response>`, here)

describe("The simulated reading of TeXML", () => {
  it.each([
    ["<Record transcribe='true'/>", "<Record> has no attribute transcribe"],
    ["<Record playbeep='true'/>", "<Record> has no attribute playbeep"],
    ["<Record transcriptionCallback='https://h/a'/>", "<Record> with a transcriptionCallback that is never called"],
    ["<say>Hello</say>", "<say> in <Response>"],
    ["<Pay/>", "<Pay> in <Response>"],
    ["<Say voice='female'>Hello</Say>", `<Say> with voice="female"`],
    ["<Say voice='woman' language='es-US'>Hola</Say>", "<Say> with a language that its voice does not speak"],
    ["<Say> </Say>", "<Say> with a text that it cannot have"],
    ["<Dial timeout='3'><Number>+13035550188</Number></Dial>", `<Dial> with timeout="3"`],
    ["<Dial answerOnBridge='true'><Number>+13035550188</Number></Dial>", "<Dial> has no attribute answerOnBridge"],
    ["<Dial>+13035550188</Dial>", "<Dial> with text in it"],
    ["<Dial/>", "<Dial> without one number"],
    ["<Gather actionOnEmptyResult='true'/>", "<Gather> has no attribute actionOnEmptyResult"],
    ["<Gather><Record/></Gather>", "<Record> in <Gather>"],
    ["<Say>Hello</Say><Reject/>", "<Reject> after a verb"]
  ])("refuses %s", (inner, violation) => {
    assert.deepStrictEqual(read(inner), { instructions: null, violation })
  })

  it("refuses what is no XML, or does not say so", () => {
    assert.isNotNull(read("<Say>a & b</Say>").violation)
    assert.isNotNull(read("<Hangup/>", "text/html").violation)
    assert.isNull(read("<Hangup/>").violation)
  })
})

describe("A simulated link to a recording", () => {
  const bytes = new Uint8Array([1, 2, 3])
  let url = ""
  let close = (): void => undefined
  let links = new SignedLinks(
    () => url,
    (id) => (id === "one" ? bytes : undefined)
  )

  beforeEach(async () => {
    links = new SignedLinks(
      () => url,
      (id) => (id === "one" ? bytes : undefined)
    )
    const server = createServer((request, response) => {
      links.handle(request, response, new URL(`http://127.0.0.1${request.url ?? ""}`))
    })
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () => {
      server.close()
      server.closeAllConnections()
    }
  })
  afterEach(() => {
    vi.useRealTimers()
    close()
  })

  const statusOf = async (link: string, headers: Record<string, string> = {}) => (await fetch(link, { headers })).status

  it("is good for ten minutes, without credentials", async () => {
    const now = new Date()
    assert.strictEqual(await statusOf(links.to("one", now)), 200)
    const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000)
    assert.strictEqual(await statusOf(links.to("one", before(VALID_SECONDS - 60))), 200)
    assert.strictEqual(await statusOf(links.to("one", before(VALID_SECONDS + 60))), 403)
  })

  it("is refused with credentials, as another one, and when it is changed", async () => {
    const link = links.to("one", new Date())
    assert.strictEqual(await statusOf(link, { authorization: "Bearer KEY" }), 400)
    assert.strictEqual(await statusOf(link.replace("/one.", "/two.")), 403)
    assert.strictEqual(await statusOf(link.replace(/X-Amz-Date=\d+/, "X-Amz-Date=4102444800")), 403)
    assert.strictEqual(await statusOf(links.to("two", new Date())), 404)
  })
})
