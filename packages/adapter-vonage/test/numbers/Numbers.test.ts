/** What is odd about numbers at Vonage: errors with a 200, one code for many, and forms. */
import type { PhoneNumber } from "@careline/domain"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Support from "../support.ts"

const order = { reference: "order-7", number: "+12025550160" as PhoneNumber.E164 }
const said = (status: number, code: string, label: string) =>
  Support.json(status, { "error-code": code, "error-code-label": label })

const buy = Effect.fnUntraced(function* (answer: ReturnType<typeof Support.json>) {
  const { heard, url } = yield* Support.server(answer)
  const { numbers } = yield* Support.adapter("http://127.0.0.1:9", { restBaseUrl: url })
  return { outcome: yield* numbers.buy(order), heard }
})

describe("Numbers at Vonage", () => {
  it.live("are bought by a form that names the country and the digits, and nothing else", () =>
    Effect.gen(function* () {
      const { heard, outcome } = yield* buy(said(200, "200", "success"))
      assert.deepStrictEqual(outcome, { _tag: "Bought", providerSid: "12025550160" })
      assert.deepStrictEqual(
        heard.map(({ body, path }) => [path, body]),
        [["/number/buy", "country=US&msisdn=12025550160"]]
      )
    })
  )

  it.live("are refused by what the body says, whatever the status", () =>
    Effect.gen(function* () {
      const dashboard = "Numbers from this country can be requested from the Dashboard"
      for (const status of [200, 420]) {
        const { outcome: gone } = yield* buy(said(status, "420", "method failed"))
        assert.deepStrictEqual(gone, { _tag: "Rejected", reason: "not_available", code: "420" })
        const { outcome: papers } = yield* buy(said(status, "420", dashboard))
        assert.deepStrictEqual(papers, { _tag: "Rejected", reason: "requirements", code: "420-dashboard" })
      }
      assert.deepStrictEqual((yield* buy(said(200, "429", "slow down"))).outcome, {
        _tag: "Throttled",
        retryAfterMillis: null
      })
      assert.strictEqual((yield* buy(said(200, "500", "internal error"))).outcome._tag, "Unknown")
      assert.strictEqual((yield* buy(Support.json(200, "canary"))).outcome._tag, "Unknown")
    })
  )

  it.live("are linked to the application in their own country, and freed of a destination of their own", () =>
    Effect.gen(function* () {
      const line = { country: "CA", msisdn: "12025550160", features: ["SMS", "VOICE"], voiceCallbackType: "tel" }
      const { heard, url } = yield* Support.server((response, { method }) =>
        method === "GET"
          ? Support.json(200, { count: 1, numbers: [line] })(response)
          : said(200, "200", "success")(response)
      )
      const { numbers } = yield* Support.adapter("http://127.0.0.1:9", { restBaseUrl: url })
      assert.deepStrictEqual((yield* numbers.list())[0]?.misconfigured, ["messaging_attachment", "voice_attachment"])
      yield* numbers.configure(order.number)
      assert.deepStrictEqual(Object.fromEntries(new URLSearchParams(heard.at(-1)?.body)), {
        country: "CA",
        msisdn: "12025550160",
        app_id: Support.applicationId,
        voiceCallbackType: "app",
        voiceCallbackValue: Support.applicationId
      })
    })
  )
})
