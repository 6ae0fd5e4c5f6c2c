/** The self-test through the public URL: what an operator is told when something other than the host answers. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Diagnosis } from "@careline/adapter-kit"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Checkup from "../src/doctor/Checkup.ts"
import * as SelfTesting from "../src/doctor/SelfTesting.ts"

interface Heard {
  readonly headers: IncomingMessage["headers"]
  readonly body: string
}

/** Answers every webhook in the same way, and keeps them. */
const server = (answer: (response: ServerResponse, body: string) => void) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly heard: Array<Heard>; readonly close: () => void }>((resume) => {
      const heard: Array<Heard> = []
      const http = createServer((request, response) => {
        let body = ""
        request.on("data", (chunk: Buffer) => (body += chunk.toString()))
        request.on("end", () => {
          heard.push({ headers: request.headers, body })
          answer(response, body)
        })
      })
      http.listen(0, "127.0.0.1", () => {
        const { port } = http.address() as { readonly port: number }
        const close = () => {
          http.close()
          http.closeAllConnections()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, heard, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const path = "/api/v1/webhooks/acme/status"
const problem = { "content-type": "application/problem+json" }

const testOf = (url: string, change: Partial<Diagnosis.SelfTest> = {}): Diagnosis.SelfTest => ({
  url: url + path,
  headers: { "x-signature": "signed" },
  body: "status=nobody-knows",
  expects: 204,
  proves: "the host takes what Acme signs",
  otherwise: { 403: "The secret is another one", 503: "Come again" },
  ...change
})

const perform = Effect.fnUntraced(function* (
  answer: (response: ServerResponse, body: string) => void,
  change: Partial<Diagnosis.SelfTest> = {}
) {
  const { heard, url } = yield* server(answer)
  const { check, level, message } = yield* SelfTesting.perform(testOf(url, change), "acme")
  assert.strictEqual(check, "signature")
  return { said: `${level} ${message.replaceAll(url, "")}`, heard }
})

const always =
  (status: number, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) =>
    response.writeHead(status, headers).end()

const careful = (response: ServerResponse, body: string) =>
  body === "status=nobody-knows" ? always(204)(response) : always(403, problem)(response)

describe("The self-test", () => {
  it.effect("is passed by a host that takes what is signed and refuses what is not", () =>
    Effect.gen(function* () {
      const { heard, said } = yield* perform(careful)
      assert.strictEqual(said, `ok Through ${path}: the host takes what Acme signs`)
      assert.deepStrictEqual(
        heard.map(({ body }) => body),
        ["status=nobody-knows", "status=nobody-knows "]
      )
      assert.strictEqual(heard[0]?.headers["x-signature"], "signed")
    })
  )

  it.effect("is not passed by what takes everything", () =>
    Effect.gen(function* () {
      const { said } = yield* perform(always(204))
      assert.match(said, /^error .*something other than Careline/)
    })
  )

  it.effect.each([
    [always(403, problem), "answered 403 in the place of 204. The secret is another one"],
    [always(501, problem), "that host is not configured for acme"],
    [always(404, problem), "a proxy changes the path"],
    [always(404), "Careline is not at this path"],
    [always(500, problem), "The host could not take it: see its log"],
    [always(503, problem), "Come again"],
    [always(503), "A proxy answers, and reaches no host"],
    [always(403), "Something before the host refuses"],
    [always(401), "Something before the host refuses"],
    [always(200, { "content-type": "text/html" }), "Something other than Careline seems to answer"],
    [always(302, { location: "/login?token=canary" }), "It redirects to /login?…: set PUBLIC_URL"]
  ] as const)("says what is usually behind another answer (%#)", ([answer, expected]) =>
    Effect.gen(function* () {
      const { heard, said } = yield* perform(answer)
      assert.match(said, /^error /)
      assert.include(said, expected)
      assert.notInclude(said, "canary")
      assert.lengthOf(heard, 1)
    })
  )

  it.effect("counts a refusal as the host's only when it is written as the host writes it", () =>
    Effect.gen(function* () {
      const refused = { expects: 403, otherwise: {} }
      assert.match((yield* perform(always(403, problem), refused)).said, /^ok /)
      assert.match((yield* perform(always(403), refused)).said, /^error .*Something before the host refuses/)
    })
  )

  it.effect("sends the user info of a public URL as a header, and does not print it", () =>
    Effect.gen(function* () {
      const { heard, url } = yield* server(careful)
      const withUser = url.replace("http://", "http://operator:canary@")
      const { level, message } = yield* SelfTesting.perform(testOf(withUser), "acme")
      assert.strictEqual(level, "ok")
      assert.notInclude(message, "canary")
      assert.strictEqual(heard[0]?.headers.authorization, `Basic ${Buffer.from("operator:canary").toString("base64")}`)
    })
  )

  it("explains DNS, TLS and closed ports", () => {
    const url = "https://clinic.example.com/api/v1/webhooks/acme/sms"
    assert.include(SelfTesting.explainNetwork("ENOTFOUND", url), "The name clinic.example.com does not resolve")
    assert.include(SelfTesting.explainNetwork("ECONNREFUSED", url), "Nobody listens at clinic.example.com")
    for (const network of ["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID"]) {
      assert.include(SelfTesting.explainNetwork(network, url), "The TLS certificate of clinic.example.com")
    }
    assert.include(SelfTesting.explainNetwork("no answer in time", url), "clinic.example.com gave no answer")
  })
})

describe("A public URL", () => {
  it.each([
    ["https://clinic.example.com", null],
    ["http://clinic.example.com", "is not https"],
    ["http://localhost:3000", "leads to this machine"],
    ["https://127.0.0.1", "leads to this machine"],
    ["http://[::1]:3000", "leads to this machine"]
  ])("such as %s is judged before it is called", (url, expected) => {
    const [line] = Checkup.ofPublicUrl(url)
    if (expected === null) assert.isUndefined(line)
    else assert.include(line?.message, expected)
  })
})
