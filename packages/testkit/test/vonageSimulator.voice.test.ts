/** The simulated Vonage refuses what Vonage would not understand, and plays the rest. */
import { generateKeyPairSync } from "node:crypto"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { afterEach, assert, describe, it } from "vitest"
import { VonageSimulator } from "../src/simulators/index.ts"
import { read } from "../src/simulators/vonage/Ncco.ts"

const JSON_TYPE = "application/json"
const url = "https://clinic.example.com/api/v1/webhooks/vonage/call"
const violation = (ncco: unknown, contentType = JSON_TYPE) => read(contentType, JSON.stringify(ncco), url).violation

const talk = { action: "talk", text: "Hello", language: "en-US" }
const input = { action: "input", type: ["dtmf"], dtmf: { maxDigits: 1, timeOut: 5 }, eventUrl: [url] }
const connect = { action: "connect", from: "12025550100", endpoint: [{ type: "phone", number: "13035550188" }] }
const record = { action: "record", endOnKey: "#", timeOut: 120, eventUrl: [url] }

describe("The simulated Vonage", () => {
  it.each([
    [[]],
    [[talk, { action: "stream", streamUrl: ["https://f.example.com/a.mp3"] }, { action: "wait", timeout: 0.5 }]],
    [[{ ...talk, bargeIn: true }, { ...talk, bargeIn: true }, input]],
    [[{ ...connect, eventType: "synchronous", eventUrl: [url], timeout: 20, limit: 7_200 }]],
    [[talk, { ...record, beepStart: true, format: "wav", endOnSilence: 10 }, talk]]
  ])("understands %j", (ncco) => assert.isNull(violation(ncco)))

  it.each([
    ["no list", talk],
    ["a list of something else", ["talk"]],
    ["an action that does not exist", [{ action: "hangup" }]],
    ["an action in other letters", [{ ...talk, action: "Talk" }]],
    ["a field that does not exist", [{ ...talk, voiceName: "Amy" }]],
    ["a value that does not exist", [{ ...talk, language: "tlh-AA" }]],
    ["a flag in quotes", [{ ...talk, bargeIn: "true" }, input]],
    ["nothing to say", [{ action: "talk", text: " " }]],
    ["a text that is too long", [{ ...talk, text: "a".repeat(1_501) }]],
    ["half of a character", [{ ...talk, text: "a\ud800" }]],
    ["no text", [{ action: "talk", language: "en-US" }]],
    ["an event URL that is not in a list", [{ ...input, eventUrl: url }]],
    ["two event URLs", [{ ...input, eventUrl: [url, url] }]],
    ["a URL that is relative", [{ ...input, eventUrl: ["/call"] }]],
    ["a time out of bounds", [{ ...input, dtmf: { timeOut: 11 } }]],
    ["a number out of bounds", [{ ...record, timeOut: 2 }]],
    ["a recording that never ends", [{ action: "record", eventUrl: [url] }]],
    ["a plus in a number", [{ ...connect, from: "+12025550100" }]],
    ["nobody to call", [{ action: "connect", from: "12025550100", endpoint: [] }]],
    ["two to call", [{ ...connect, endpoint: [...connect.endpoint, ...connect.endpoint] }]],
    ["a connection of more than two hours", [{ ...connect, limit: 7_201 }]],
    ["an answer that is awaited nowhere", [{ ...connect, eventType: "synchronous" }]],
    ["a talk that may be interrupted for nothing", [{ ...talk, bargeIn: true }, connect]]
  ])("refuses %s", (_what, ncco) => assert.isString(violation(ncco)))

  it.each(["text/xml", "application/xml", ""])("refuses the content type %j", (contentType) =>
    assert.isString(violation([], contentType))
  )

  it("refuses what is no JSON", () => assert.isString(read(JSON_TYPE, "[{", url).violation))
})

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

interface Asked {
  readonly method: string
  readonly path: string
  readonly body: string
  readonly isSigned: boolean
}

const closing: Array<() => Promise<unknown> | void> = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

/** A host that answers as a table says, by path; anything else with an empty 200. */
const host = async (answers: Readonly<Record<string, { readonly status?: number; readonly ncco?: unknown }>>) => {
  const asked: Array<Asked> = []
  let origin = ""
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname
    const isSigned = /^Bearer \S+$/.test(request.headers.authorization ?? "")
    asked.push({ method: request.method ?? "", path, body: await bodyOf(request), isSigned })
    const { ncco, status = 200 } = answers[path] ?? {}
    response.writeHead(status, { "content-type": JSON_TYPE })
    response.end(ncco === undefined ? "" : JSON.stringify(ncco).replaceAll("{host}", origin))
  }
  const server = await new Promise<Server>((resolve) => {
    const made = createServer((request, response) => void answer(request, response))
    made.listen(0, "127.0.0.1", () => resolve(made))
  })
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`
  closing.push(() => void server.close())
  const simulator = await VonageSimulator.start({
    apiKey: "a1b2c3d4",
    apiSecret: "secret",
    applicationId: "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    privateKey,
    signatureSecrets: ["signature-secret"],
    inboundUrl: `${origin}/inbound`,
    statusUrl: `${origin}/status`,
    voiceUrl: `${origin}/answer`,
    voiceFallbackUrl: `${origin}/fallback`,
    callStatusUrl: `${origin}/event`
  })
  closing.push(simulator.close)
  const voice = simulator.voice!
  const call = (person: Partial<Parameters<typeof voice.call>[0]> = {}) =>
    voice.call({ from: "+13035550177", to: "+12025550100", ...person })
  return { asked, call, voice }
}

const keys = { ...input, eventUrl: ["{host}/keys"] }
const bridge = { ...connect, eventType: "synchronous", eventUrl: ["{host}/leg"] }

describe("A call at the simulated Vonage", () => {
  it("does not take a call that is told to do nothing", async () => {
    const { asked, call } = await host({ "/answer": { ncco: [] } })
    const { legs } = await call()
    assert.deepInclude(legs[0], { ended: "rejected", heard: [] })
    const events = asked.filter(({ path }) => path === "/event").map(({ body }) => JSON.parse(body) as object)
    assert.lengthOf(events, 1)
    assert.deepInclude(events[0], { status: "completed", start_time: null, duration: "0", direction: "inbound" })
    assert.isTrue(asked.every(({ isSigned }) => isSigned))
  })

  it("goes on with its NCCO where nothing is answered to an event, and with the answer where there is one", async () => {
    const first = { "/answer": { ncco: [keys, talk] } }
    const silent = await host(first)
    assert.deepStrictEqual((await silent.call({ keys: ["1"] })).legs[0]?.heard, ["say en-US: Hello"])
    const spoken = await host({ ...first, "/keys": { ncco: [{ ...talk, text: "Two" }] } })
    assert.deepStrictEqual((await spoken.call({ keys: ["1"] })).legs[0]?.heard, ["say en-US: Two"])
    const told = spoken.asked.find(({ path }) => path === "/keys")?.body ?? "{}"
    assert.deepStrictEqual((JSON.parse(told) as { dtmf: object }).dtmf, { digits: "1", timed_out: false })
  })

  it("falls through to what follows a connection that nobody answered", async () => {
    const { asked, call, voice } = await host({ "/answer": { ncco: [bridge, talk] } })
    voice.whenCalled("+13035550188", { answering: "busy" })
    assert.deepStrictEqual((await call()).legs[0]?.heard, ["say en-US: Hello"])
    const statuses = asked
      .filter(({ path }) => path === "/leg")
      .map(({ body }) => (JSON.parse(body) as { status: string }).status)
    assert.deepStrictEqual(statuses, ["started", "ringing", "busy", "completed"])
  })

  it("tells of an NCCO that is wrong, and asks the fallback", async () => {
    const fallback = { ncco: [talk] }
    const { asked, call } = await host({ "/answer": { ncco: [{ action: "shout" }] }, "/fallback": fallback })
    const trace = await call()
    assert.deepStrictEqual(trace.legs[0]?.heard, ["say en-US: Hello"])
    assert.deepStrictEqual(
      trace.documents.map((document) => document.violation !== null),
      [true, false]
    )
    assert.include(asked.find(({ body }) => body.includes("reason"))?.body, "Syntax error in NCCO")
    const retold = JSON.parse(asked.find(({ path }) => path === "/fallback")?.body ?? "{}") as object
    assert.nestedPropertyVal(retold, "original_request.type", "answer")
  })

  it.each([
    [503, 2],
    [504, 2],
    [500, 1],
    [404, 1]
  ])("takes a %i of the answer URL for an answer after %i tries, and asks the fallback", async (status, times) => {
    const { asked, call } = await host({ "/answer": { status }, "/fallback": { ncco: [talk] } })
    assert.deepStrictEqual((await call()).legs[0]?.heard, ["say en-US: Hello"])
    assert.lengthOf(
      asked.filter(({ path }) => path === "/answer"),
      times
    )
  })

  it("ends a call without a word when nobody can be asked", async () => {
    const { call } = await host({ "/answer": { status: 500 }, "/fallback": { status: 500 } })
    assert.deepInclude((await call()).legs[0], { heard: [], ended: "completed" })
  })

  it("shows the other side no number that is not the account's", async () => {
    const { call } = await host({ "/answer": { ncco: [{ ...bridge, from: undefined }] } })
    assert.strictEqual((await call()).legs[1]?.callerId, "unknown")
  })
})
