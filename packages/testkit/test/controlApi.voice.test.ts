/** Calls of a running simulator, steered from another process. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TwilioSimulator } from "../src/simulators/index.ts"

const nowhere = "http://127.0.0.1:9/"

const simulator = TwilioSimulator.scoped({
  accountSid: `AC${"0a".repeat(16)}`,
  authTokens: ["token"],
  smsUrl: nowhere,
  voiceUrl: nowhere
})

const command = ({ controlToken, controlUrl }: TwilioSimulator.TwilioSimulator, name: string, body: object) =>
  Effect.promise(async () => {
    const response = await fetch(`${controlUrl}/_simulator/${name}`, {
      method: "POST",
      headers: { authorization: `Bearer ${controlToken}` },
      body: JSON.stringify(body)
    })
    return { status: response.status, body: (await response.json()) as { readonly [field: string]: unknown } }
  })

describe("The control API of a simulator", () => {
  it.live("lets somebody call, and shows what became of it", () =>
    Effect.gen(function* () {
      const running = yield* simulator
      const number = "+13035550188"
      assert.strictEqual((yield* command(running, "whenCalled", { number, answering: "busy" })).status, 200)
      assert.strictEqual((yield* command(running, "voiceFault", { fault: "hostUnreachable" })).status, 200)
      const called = yield* command(running, "call", { from: null, to: "+12025550100", keys: ["1", null], speaks: 3 })
      assert.strictEqual(called.status, 200)
      assert.match(String(called.body.id), /^CA[0-9a-f]{32}$/)
      const { body } = yield* command(running, "calls", { limit: 5 })
      assert.deepStrictEqual(body.calls, [called.body])
    })
  )

  it.live.each([
    ["call", { from: 17, to: "+12025550100" }],
    ["call", { to: "+12025550100" }],
    ["whenCalled", { number: "+13035550188", answering: "sings" }],
    ["voiceFault", { fault: "tired" }],
    ["calls", { limit: "all" }]
  ] as const)("refuses %s with %j", ([name, body]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* command(yield* simulator, name, body)).status, 400)
    })
  )
})
