/** Numbers at Twilio beside a Messaging Service, and what stands in the place of a number's own URLs. */
import type { PhoneNumber } from "@careline/domain"
import { CallbackUrl } from "@careline/adapter-kit"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Support from "../support.ts"

const messagingServiceSid = `MG${"2c".repeat(16)}`
const kind = (of: "sms" | "call" | "fallback" | "call-status") => CallbackUrl.ofKind(Support.publicUrl, "twilio", of)
const second = "+12025550101" as PhoneNumber.E164

const started = Effect.fnUntraced(function* (change: Partial<TwilioSimulator.TwilioSimulatorOptions> = {}) {
  const simulator = yield* TwilioSimulator.scoped({
    accountSid: Support.accountSid,
    authTokens: [Support.authToken],
    smsUrl: kind("sms"),
    voiceUrl: kind("call"),
    voiceFallbackUrl: kind("fallback"),
    callStatusUrl: kind("call-status"),
    numbers: [Support.line, second],
    messagingServiceSid,
    ...change
  })
  const { numbers } = yield* Support.adapter(simulator.url, { messagingServiceSid, timeoutMillis: 5_000 })
  const faults = Effect.map(numbers.list(), (lines) =>
    Object.fromEntries(lines.map(({ misconfigured, number }) => [number, misconfigured]))
  )
  return { simulator, numbers, faults }
})

describe("Numbers at Twilio", () => {
  it.live("are put into the Messaging Service, whose URL counts there, and those that are in it stay", () =>
    Effect.gen(function* () {
      const { faults, numbers, simulator } = yield* started({ serviceNumbers: [second] })
      simulator.numbers?.own("+12025550160", { sms_url: "https://elsewhere.example.com/" })
      assert.deepStrictEqual(yield* faults, {
        [Support.line]: ["messaging_attachment"],
        [second]: [],
        "+12025550160": []
      })
      yield* numbers.configure(Support.line)
      yield* numbers.configure(second)
      assert.deepStrictEqual(Object.values(yield* faults).flat(), [])
    })
  )

  it.live("are all led elsewhere by a Messaging Service that delivers elsewhere, which no number sets right", () =>
    Effect.gen(function* () {
      const serviceFields = { inbound_request_url: "https://elsewhere.example.com/" }
      const { faults, numbers } = yield* started({ serviceFields })
      yield* numbers.configure(second)
      assert.deepStrictEqual(yield* faults, { [Support.line]: ["sms_webhook"], [second]: ["sms_webhook"] })
    })
  )

  it.live("lose the application or the trunk that stands in the place of their URLs", () =>
    Effect.gen(function* () {
      const numberFields = {
        [Support.line]: { voice_application_sid: `AP${"0".repeat(32)}` },
        [second]: { trunk_sid: `TK${"0".repeat(32)}` }
      }
      const { faults, numbers } = yield* started({ numberFields })
      assert.deepStrictEqual(yield* faults, { [Support.line]: ["voice_webhook"], [second]: ["voice_webhook"] })
      yield* Effect.forEach([Support.line, second], (number) => numbers.configure(number))
      assert.deepStrictEqual(Object.values(yield* faults).flat(), [])
    })
  )

  it.live("are bought under our reference, and led here by the purchase itself", () =>
    Effect.gen(function* () {
      const { faults, numbers, simulator } = yield* started({ messagingServiceSid: undefined, numbers: [] })
      const { numbers: alone } = yield* Support.adapter(simulator.url, { timeoutMillis: 5_000 })
      const [offer] = yield* numbers.search({
        country: "US",
        areaCode: "512",
        locality: "Austin",
        contains: "6",
        features: ["mms", "voice"],
        limit: 1
      })
      yield* alone.buy({ reference: "order-7", number: offer!.number })
      assert.deepStrictEqual(simulator.numbers?.purchases, [{ number: offer!.number, reference: "order-7" }])
      assert.deepStrictEqual((yield* alone.list())[0]?.misconfigured, [])
      assert.strictEqual((yield* Effect.flip(faults)).reason._tag, "NotFound")
    })
  )
})
