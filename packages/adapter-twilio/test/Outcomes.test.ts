/** What the adapter knows after a send or a look that went wrong. */
import { SendOutcome } from "@careline/domain"
import type { Scenario } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted } from "effect"
import * as Support from "./support.ts"

describe("A send to Twilio", () => {
  it.live("that is throttled waits as long as Twilio says, if it says", () =>
    Effect.gen(function* () {
      const { faults, ledger, url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url)
      faults.onSend("rateLimited")
      faults.onSend("rateLimitedBare")
      const told = yield* telephony.messages.send(Support.outbound())
      const untold = yield* telephony.messages.send(Support.outbound())
      assert.deepStrictEqual(told, { _tag: "Throttled", retryAfterMillis: 1000 })
      assert.deepStrictEqual(untold, { _tag: "Throttled", retryAfterMillis: null })
      assert.isEmpty(ledger.sent)
    })
  )

  const unknown: ReadonlyArray<readonly [Scenario.RequestFault, number]> = [
    ["serverError", 0],
    ["providerDown", 0],
    ["badGateway", 0],
    ["redirected", 0],
    ["hangs", 0],
    ["resets", 0],
    ["acceptedThen500", 1],
    ["acceptedThenHang", 1],
    ["acceptedThenReset", 1],
    ["garbageBody", 1],
    ["emptyBody", 1],
    ["slowBody", 1]
  ]
  it.live.each(unknown)("is not known to have arrived after %s, and is not tried twice", ([fault, taken]) =>
    Effect.gen(function* () {
      const { faults, ledger, url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url)
      faults.onSend(fault)
      const outcome = yield* telephony.messages.send(Support.outbound())
      assert.strictEqual(outcome._tag, "Unknown")
      assert.isFalse(SendOutcome.isSafeToRetry(outcome))
      assert.lengthOf(ledger.sent, taken)
    })
  )

  it.live("that nobody can be named for, or nobody listens to, was not sent", () =>
    Effect.gen(function* () {
      for (const [url, detail] of [
        ["http://127.0.0.1:9", "ECONNREFUSED"],
        ["http://twilio.invalid", "ENOTFOUND"]
      ] as const) {
        const telephony = yield* Support.adapter(url, { timeoutMillis: 5_000 })
        const outcome = yield* telephony.messages.send(Support.outbound())
        // A resolver may say "try again" for a name that cannot exist.
        assert.oneOf(outcome._tag === "NotSent" && outcome.detail, [detail, "EAI_AGAIN"])
      }
    })
  )

  it.live("with options that the SDK does not take was not sent", () =>
    Effect.gen(function* () {
      const telephony = yield* Support.adapter("http://127.0.0.1:9", { accountSid: "not an account" })
      assert.strictEqual((yield* telephony.messages.send(Support.outbound()))._tag, "NotSent")
    })
  )

  it.live("with credentials that Twilio does not know is refused for that", () =>
    Effect.gen(function* () {
      const { url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url, { authTokens: [Redacted.make("another")] })
      const outcome = yield* telephony.messages.send(Support.outbound())
      assert.deepStrictEqual(outcome, { _tag: "Rejected", reason: "unauthorised", code: "20003" })
    })
  )

  it.live("with the first of several auth tokens, or with an API key, is let in", () =>
    Effect.gen(function* () {
      const { url } = yield* Support.simulator
      const { authToken, apiKey } = Support
      const rotated = yield* Support.adapter(url, { authTokens: [Redacted.make(authToken), Redacted.make("old")] })
      const keyed = yield* Support.adapter(url, {
        authTokens: [Redacted.make("signs only")],
        apiKey: { sid: apiKey.sid, secret: Redacted.make(apiKey.secret) }
      })
      for (const telephony of [rotated, keyed]) {
        assert.strictEqual((yield* telephony.messages.send(Support.outbound()))._tag, "Accepted")
      }
    })
  )

  it.live("goes where the base URL says, below its path and whatever region the environment names", () =>
    Effect.gen(function* () {
      const { ledger, url } = yield* Support.simulator
      yield* Effect.acquireRelease(
        Effect.sync(() => Object.assign(process.env, { TWILIO_REGION: "ie1", TWILIO_EDGE: "dublin" })),
        () =>
          Effect.sync(() => {
            delete process.env.TWILIO_REGION
            delete process.env.TWILIO_EDGE
          })
      )
      const telephony = yield* Support.adapter(`${url.replace("127.0.0.1", "localhost")}/`)
      assert.strictEqual((yield* telephony.messages.send(Support.outbound()))._tag, "Accepted")
      assert.lengthOf(ledger.sent, 1)
    })
  )

  it.live.each(["", "GSM 7: @£$¥èéù {}[]~€", "क्या हाल है 👩‍⚕️", "a".repeat(1600), " blanks \n kept "])(
    "brings the text as it was written (%#)",
    (body) =>
      Effect.gen(function* () {
        const { ledger, url } = yield* Support.simulator
        const telephony = yield* Support.adapter(url)
        const mediaUrls = ["https://files.example.com/a.png?x=1&y=2", "https://files.example.com/ü.png"]
        const message = Support.outbound({ body, mediaUrls })
        const outcome = yield* telephony.messages.send(message)
        assert.strictEqual(outcome._tag, "Accepted")
        const [taken] = ledger.sent
        assert.deepInclude(taken, { body, mediaUrls, from: message.from, to: message.to })
        assert.match(taken!.id, /^MM/)
      })
  )
})

describe("A look at Twilio", () => {
  it.live("for a lost text with pictures finds that one", () =>
    Effect.gen(function* () {
      const { faults, ledger, url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url)
      const plain = Support.outbound()
      const pictured = { ...plain, mediaUrls: ["https://files.example.com/a.png", "https://files.example.com/b.png"] }
      yield* telephony.messages.send(plain)
      faults.onSend("acceptedThenHang")
      const attempt = Support.lost(pictured)
      yield* telephony.messages.send(pictured)
      const found = yield* telephony.messages.find(attempt)
      assert.propertyVal(found, "providerMessageId", ledger.sent[1]!.id)
    })
  )

  it.live("finds a text that has not left yet, and so has no date of sending", () =>
    Effect.gen(function* () {
      const { faults, script, url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url)
      const message = Support.outbound()
      script(message.to, "stuck")
      faults.onSend("acceptedThenReset")
      yield* telephony.messages.send(message)
      const found = yield* telephony.messages.find(Support.lost(message))
      assert.propertyVal(found, "status", "accepted")
    })
  )

  it.live("reads on to the next pages, and does not say `Absent` when there are more than it reads", () =>
    Effect.gen(function* () {
      const { ledger, url } = yield* Support.simulator
      const telephony = yield* Support.adapter(url, { timeoutMillis: 10_000 })
      const message = Support.outbound()
      const attempt = Support.lost(message, DateTime.makeUnsafe(Date.now() - 60_000))
      const add = (index: number, body: string) =>
        ledger.addMessage({
          id: `SM${String(index).padStart(32, "0")}`,
          from: message.from,
          to: message.to,
          body,
          mediaUrls: [],
          direction: "outbound",
          service: null,
          reference: null,
          callbackUrl: null,
          createdAt: new Date(),
          sentAt: new Date(),
          status: "sent",
          errorCode: null
        })
      // The oldest is the last of the last page.
      add(0, message.body)
      for (let index = 1; index < 1_200; index++) add(index, "another")
      assert.propertyVal(yield* telephony.messages.find(attempt), "providerMessageId", `SM${"0".repeat(32)}`)
      assert.strictEqual((yield* telephony.messages.find({ ...attempt, body: "never sent" }))._tag, "Absent")
      for (let index = 1_200; index <= 2_000; index++) add(index, "another")
      assert.strictEqual((yield* telephony.messages.find({ ...attempt, body: "never sent" }))._tag, "CannotTell")
    })
  )

  const reasons: ReadonlyArray<readonly [Scenario.RequestFault, string, boolean]> = [
    ["rateLimited", "RateLimited", true],
    ["unauthorised", "Unauthorised", false],
    ["serverError", "Unavailable", true],
    ["providerDown", "Unavailable", true],
    ["badGateway", "Unavailable", true],
    ["redirected", "Unavailable", true],
    ["hangs", "Unavailable", true],
    ["resets", "Unavailable", true],
    ["garbageBody", "Unavailable", true],
    ["emptyBody", "Unavailable", true],
    ["slowBody", "Unavailable", true]
  ]
  it.live.each(reasons)(
    "that meets %s fails with %s, and never says that a text is absent",
    ([fault, tag, retryable]) =>
      Effect.gen(function* () {
        const { faults, url } = yield* Support.simulator
        const telephony = yield* Support.adapter(url)
        faults.everyRead(fault)
        const attempt = Support.lost(Support.outbound(), DateTime.makeUnsafe(0))
        const find = yield* Effect.flip(telephony.messages.find(attempt))
        const status = yield* Effect.flip(telephony.messages.status(`SM${"4d".repeat(16)}`))
        for (const error of [find, status]) {
          assert.strictEqual(error.reason._tag, tag)
          assert.strictEqual(error.isRetryable, retryable)
        }
      })
  )

  it.live("for the status of what is no message's id asks nobody", () =>
    Effect.gen(function* () {
      const telephony = yield* Support.adapter("http://127.0.0.1:9")
      for (const id of ["", "SM1", "../Calls/CA1", `SM${"4d".repeat(16)}?x`]) {
        const error = yield* Effect.flip(telephony.messages.status(id))
        assert.strictEqual(error.reason._tag, "NotFound")
      }
    })
  )
})
