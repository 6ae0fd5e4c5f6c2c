/** What an operator learns of an account at Twilio, over the real SDK, and from the pure parts. */
import { CallbackUrl } from "@careline/adapter-kit"
import { TwilioSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { isRetried } from "../../src/numbers/NumberFindings.ts"
import { type TwilioOptions, TwilioTelephony } from "../../src/index.ts"
import { accountSid, apiKey, authToken, line, publicUrl } from "../support.ts"

const smsUrl = `${CallbackUrl.ofKind(publicUrl, "twilio", "sms")}#rc=5&rp=all`
const voiceUrl = CallbackUrl.ofKind(publicUrl, "twilio", "call")
const voiceFallbackUrl = CallbackUrl.ofKind(publicUrl, "twilio", "fallback")
const callStatusUrl = CallbackUrl.ofKind(publicUrl, "twilio", "call-status")
const called = `ok webhooks Calls are delivered to ${voiceUrl}`
const second = "+12025550101"
const messagingServiceSid = `MG${"2c".repeat(16)}`

const optionsFor = (baseUrl: string, change: Partial<TwilioOptions> = {}): TwilioOptions => ({
  accountSid,
  authTokens: [Redacted.make(authToken)],
  apiKey: null,
  messagingServiceSid: null,
  baseUrl,
  publicUrl,
  timeoutMillis: 5_000,
  ...change
})

/** All findings, one a line. */
const diagnose = Effect.fnUntraced(function* (
  account: Partial<TwilioSimulator.TwilioSimulatorOptions>,
  change: Partial<TwilioOptions> = {}
) {
  const simulator = yield* TwilioSimulator.scoped({
    accountSid,
    authTokens: [authToken],
    apiKeys: { [apiKey.sid]: apiKey.secret },
    smsUrl,
    voiceUrl,
    voiceFallbackUrl,
    callStatusUrl,
    numbers: [line, second],
    ...account
  })
  const { findings } = yield* TwilioTelephony.diagnosis(optionsFor(simulator.url, change))
  return (yield* findings).map(({ check, level, message }) => `${level} ${check} ${message}`)
})

const problems = (lines: ReadonlyArray<string>) => lines.filter((one) => !one.startsWith("ok"))
const accepted = `ok credentials The auth token is accepted, and the account ${accountSid} is active`
const wanted = CallbackUrl.ofKind(publicUrl, "twilio", "sms")

describe("A diagnosis of an account at Twilio", () => {
  it.effect("finds nothing wrong where all is right", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnose({}), [
        accepted,
        "ok numbers 2 numbers of the account can text",
        `ok webhooks Texts are delivered to ${wanted}`,
        called
      ])
    })
  )

  it.effect("names a number with another URL, and what its URL must be, without what may be secret in it", () =>
    Effect.gen(function* () {
      const lines = yield* diagnose({
        numberFields: { [second]: { sms_url: "https://user:canary@old.example.com/sms?token=canary#rc=1" } }
      })
      assert.deepStrictEqual(problems(lines), [
        `error webhooks ${second} delivers to https://old.example.com/sms?…: set it to ${wanted}`
      ])
    })
  )

  it.effect.each([
    [{ sms_url: "" }, `error webhooks ${line} delivers nowhere: set it to ${wanted}`],
    [{ sms_url: null }, `error webhooks ${line} delivers nowhere: set it to ${wanted}`],
    [{ sms_url: "canary" }, `error webhooks ${line} delivers to something that is no URL: set it to ${wanted}`],
    [{ sms_method: "GET" }, `warning webhooks ${line} delivers by GET: set the method to POST`],
    [{ capabilities: { sms: false, voice: true } }, `warning numbers ${line} cannot text: it has no SMS capability`],
    [
      { capabilities: { sms: true, voice: false } },
      `warning numbers ${line} cannot be called: it has no voice capability`
    ],
    [{ voice_url: "" }, `error webhooks The voice URL of ${line} delivers nowhere: set it to ${voiceUrl}`],
    [
      { voice_url: "https://old.example.com/call?token=canary" },
      `error webhooks The voice URL of ${line} delivers to https://old.example.com/call?…: set it to ${voiceUrl}`
    ],
    [{ voice_method: "GET" }, `warning webhooks The voice URL of ${line} delivers by GET: set the method to POST`],
    [
      { voice_fallback_url: null },
      `error webhooks The voice fallback URL of ${line} delivers nowhere: set it to ${voiceFallbackUrl}`
    ],
    [
      { status_callback: "" },
      `error webhooks The status callback URL of ${line} delivers nowhere: set it to ${callStatusUrl}`
    ]
  ] as const)("says of a number with %j what is wrong", ([fields, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ numberFields: { [line]: fields } })), [expected])
    })
  )

  it.effect("warns of a number whose URL is that of a TwiML application", () =>
    Effect.gen(function* () {
      const sid = `AP${"3d".repeat(16)}`
      const [only, ...others] = problems(yield* diagnose({ numberFields: { [line]: { sms_application_sid: sid } } }))
      assert.include(only, `warning webhooks ${line} delivers where the TwiML application ${sid} says`)
      assert.isEmpty(others)
    })
  )

  it.effect.each([{ voice_application_sid: `AP${"3d".repeat(16)}` }, { trunk_sid: `TK${"3d".repeat(16)}` }])(
    "warns of a number whose calls go elsewhere: %j",
    (fields) =>
      Effect.gen(function* () {
        const [only, ...others] = problems(yield* diagnose({ numberFields: { [line]: fields } }))
        assert.include(only, `warning webhooks Calls to ${line} go where ${Object.values(fields)[0]} says`)
        assert.isEmpty(others)
      })
  )

  it.effect("warns of webhooks that are not repeated", () =>
    Effect.gen(function* () {
      const [only, ...others] = problems(yield* diagnose({ smsUrl: wanted }))
      assert.match(only ?? "", /^warning webhooks .*append #rc=5&rp=all to the URL of \+12025550100, \+12025550101$/)
      assert.isEmpty(others)
    })
  )

  it.effect("warns of an account without numbers", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ numbers: [] })), [
        "warning numbers The account has no number: buy one, or port yours to Twilio"
      ])
    })
  )

  it.effect("says that the credentials are refused, once", () =>
    Effect.gen(function* () {
      const lines = yield* diagnose({}, { authTokens: [Redacted.make("canary-wrong-token")] })
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^error credentials Twilio does not accept .* TWILIO_AUTH_TOKEN/)
      assert.notInclude(lines.join(), "canary")
    })
  )

  it.effect("tries an API key and the auth token apart", () =>
    Effect.gen(function* () {
      const key = { sid: apiKey.sid, secret: Redacted.make(apiKey.secret) }
      assert.isEmpty(problems(yield* diagnose({}, { apiKey: key })))
      const [wrongKey] = problems(
        yield* diagnose({}, { apiKey: { sid: apiKey.sid, secret: Redacted.make("canary-wrong") } })
      )
      assert.match(wrongKey ?? "", /^error credentials .*TWILIO_API_KEY_SID and its secret$/)
      const [wrongToken] = problems(
        yield* diagnose({}, { apiKey: key, authTokens: [Redacted.make("canary-wrong-token")] })
      )
      assert.match(wrongToken ?? "", /^error credentials .*webhooks are verified/)
    })
  )

  it.effect("says that an account is suspended", () =>
    Effect.gen(function* () {
      const lines = problems(yield* diagnose({ accountFields: { status: "suspended" } }))
      assert.deepStrictEqual(lines, [
        `error credentials The account ${accountSid} is suspended: see its notices in Twilio's console`
      ])
    })
  )

  it.effect("says that nobody answers", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(
        TwilioSimulator.scoped({ accountSid, authTokens: [authToken], smsUrl: wanted })
      )
      const { findings } = yield* TwilioTelephony.diagnosis(optionsFor(url))
      const [only] = yield* findings
      assert.match(only?.message ?? "", /gave no answer.*ECONNREFUSED/)
    })
  )

  describe("with a Messaging Service", () => {
    it.effect("looks at the service's URL in the place of its numbers'", () =>
      Effect.gen(function* () {
        const other = { sms_url: "https://demo.twilio.com/welcome/sms/reply" }
        const numberFields = { [line]: other, [second]: other }
        const lines = yield* diagnose({ messagingServiceSid, numberFields }, { messagingServiceSid })
        assert.deepStrictEqual(lines, [
          accepted,
          "ok numbers 2 numbers of the account can text",
          `ok numbers The Messaging Service ${messagingServiceSid} has 2 numbers`,
          `ok webhooks Texts are delivered to ${wanted}`,
          called
        ])
      })
    )

    it.effect("looks at the numbers' where the service leaves it to them", () =>
      Effect.gen(function* () {
        const lines = yield* diagnose(
          {
            messagingServiceSid,
            numberFields: { [line]: { sms_url: "https://old.example.com/" } },
            serviceFields: { use_inbound_webhook_on_number: true, inbound_request_url: null }
          },
          { messagingServiceSid }
        )
        assert.deepStrictEqual(problems(lines), [
          `error webhooks ${line} delivers to https://old.example.com/: set it to ${wanted}`
        ])
      })
    )

    it.effect("names a service that drops what comes in, and a number that is not in it", () =>
      Effect.gen(function* () {
        const lines = yield* diagnose(
          { messagingServiceSid, serviceNumbers: [line], serviceFields: { inbound_request_url: null } },
          { messagingServiceSid }
        )
        const subject = `he Messaging Service ${messagingServiceSid}`
        assert.deepStrictEqual(problems(lines), [
          `warning numbers ${second} is not in T${subject}, so texts from it are refused: add it`,
          `error webhooks T${subject} delivers nowhere: set it to ${wanted}`
        ])
      })
    )

    it.effect("names a service that is not there", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(problems(yield* diagnose({}, { messagingServiceSid })), [
          `error numbers The account has no Messaging Service ${messagingServiceSid}: check TWILIO_MESSAGING_SERVICE_SID`
        ])
      })
    )
  })
})

describe("The retries of a webhook URL", () => {
  it.each([
    ["https://a.example/sms", false],
    ["https://a.example/sms#rc=5", false],
    ["https://a.example/sms#rp=all", true],
    ["https://a.example/sms#rc=2&rp=ct,5xx", true],
    ["https://a.example/sms#rc=0&rp=all", false]
  ])("of %s cover a 5xx: %s", (url, expected) => {
    assert.strictEqual(isRetried(url), expected)
  })
})

describe("The self-test for Twilio", () => {
  it.effect("is a webhook that is verified, and that nothing is kept of", () =>
    Effect.gen(function* () {
      const options = optionsFor("http://127.0.0.1:1")
      const { selfTest } = yield* TwilioTelephony.diagnosis(options)
      const { body, expects, headers, url } = yield* selfTest
      const { webhooks } = yield* TwilioTelephony.make(options)
      const { pathname } = new URL(url)
      const request = { method: "POST", target: pathname, headers, body: new TextEncoder().encode(body) }
      assert.deepStrictEqual((yield* webhooks.receive("status", request)).events, [])
      assert.strictEqual(webhooks.reply("status").status, expects)
    })
  )
})
