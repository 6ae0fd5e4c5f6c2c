/** Nothing that comes out of the adapter holds a credential, a number or a word of a text. */
import { Redaction } from "@careline/testkit/contract"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { execFile } from "node:child_process"
import type { ServerResponse } from "node:http"
import { promisify } from "node:util"
import * as Support from "./support.ts"

const { adapter, json, outbound, problem, server } = Support

const secrets = [
  Support.apiSecret,
  btoa(`${Support.apiKey}:${Support.apiSecret}`),
  Support.signatureSecret,
  Support.keys.privateKey.split("\n")[1]!,
  "eyJ",
  Support.line.slice(1),
  "3035550199",
  "Canary",
  "canary"
]

const { shownAs, watched } = Redaction

const assertSilent = (value: unknown) => {
  const shown = shownAs(value)
  for (const secret of secrets) assert.notInclude(shown, secret)
}

const answers: ReadonlyArray<readonly [string, (response: ServerResponse) => unknown]> = [
  ["a refusal", json(422, problem("messages#1120", "Canary 3035550199"))],
  ["wrong credentials", json(401, problem("#unathorized"))],
  ["a limit", json(429, problem("messages#1000"))],
  ["an error", json(500, problem("#internal"))],
  ["an answer cut off", (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"Canary')],
  ["an answer without an id", json(200, { message_uuid: "Canary", records: "Canary" })],
  ["a redirect", (response) => response.writeHead(302, { location: "/canary" }).end()],
  ["a lost connection", (response) => response.socket?.destroy()],
  ["silence", () => null]
]

const script = `
import { Effect } from "effect"
import * as Support from "./support.ts"

const send = Effect.gen(function* () {
  const { url } = yield* Support.server(Support.accepting)
  const telephony = yield* Support.adapter(url, { timeoutMillis: 10_000 })
  return yield* telephony.messages.send(Support.outbound())
})
console.log((await Effect.runPromise(Effect.scoped(send)))._tag)
`

describe("What the adapter lets out", () => {
  it.live("is less than the SDK's own error, which holds credentials, number and text", () =>
    Effect.gen(function* () {
      const { url } = yield* server(json(422, {}))
      const { Vonage } = yield* Effect.promise(() => import("@vonage/server-sdk"))
      const sdk = new Vonage(
        {
          apiKey: Support.apiKey,
          apiSecret: Support.apiSecret,
          applicationId: "a",
          privateKey: Support.keys.privateKey
        },
        { apiHost: url, timeout: 1000 }
      )
      const message = { channel: "sms", messageType: "text", to: "13035550199", from: "12025550100", text: "Canary" }
      const error: unknown = yield* Effect.flip(
        Effect.tryPromise({ try: () => sdk.messages.send(message), catch: (thrown) => thrown })
      )
      for (const secret of ["eyJ", "3035550199", "Canary"]) assert.include(shownAs(error), secret)
    })
  )

  it.live.each(answers)("after %s holds no secret, in its results, its errors, its spans and its logs", ([, answer]) =>
    Effect.gen(function* () {
      const { url } = yield* server(answer)
      const telephony = yield* adapter(url)
      for (const { exit, seen } of [
        yield* watched(telephony.messages.send(outbound())),
        yield* watched(telephony.messages.find(Support.lost(outbound()))),
        yield* watched(telephony.messages.status(Support.messageUuid))
      ]) {
        assertSilent(exit)
        for (const one of seen) assertSilent(one)
      }
      assertSilent(telephony)
      assertSilent(Support.options(url))
    })
  )

  it.live("when nobody listens, or nobody can be named, holds no secret", () =>
    Effect.gen(function* () {
      for (const url of [yield* Support.deserted, "http://vonage.invalid"]) {
        const telephony = yield* adapter(url)
        const { exit, seen } = yield* watched(telephony.messages.send(outbound()))
        assertSilent(exit)
        for (const one of seen) assertSilent(one)
      }
    })
  )

  it.live("of a webhook that it refuses holds no secret", () =>
    Effect.gen(function* () {
      const telephony = yield* adapter("https://api.nexmo.com")
      const payload = { channel: "sms", message_uuid: "u", from: "13035550199", to: "canary", text: { said: "Canary" } }
      const signed = Support.webhook(payload, Date.now())
      for (const authorization of [signed.headers.authorization, undefined, "Bearer eyJ.eyJ.eyJ"]) {
        const request = { ...signed, headers: { ...signed.headers, authorization } }
        const { exit, seen } = yield* watched(telephony.webhooks.receive("sms", request))
        assert.isTrue(Exit.isFailure(exit))
        assertSilent(exit)
        for (const one of seen) assertSilent(one)
      }
    })
  )

  it.live("is nothing on the console, whatever the SDK's debug log is told", () =>
    Effect.gen(function* () {
      const { stderr, stdout } = yield* Effect.promise(() =>
        promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
          cwd: import.meta.dirname,
          env: { ...process.env, DEBUG: "*" }
        })
      )
      assert.strictEqual(stdout.trim(), "Accepted")
      for (const secret of ["PRIVATE KEY", "vonage", ...secrets]) assert.notInclude(stderr, secret)
    })
  )
})
