/** What an operator learns of a messaging profile at Telnyx, over the real SDK. */
import { CallbackUrl } from "@careline/adapter-kit"
import { newTelnyxKey, TelnyxSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { type TelnyxOptions, TelnyxTelephony } from "../../src/index.ts"

const apiKey = "KEY0190canary7f3a"
const key = newTelnyxKey()
const id = "740572b6-099c-44a1-89b9-6c92163bc68d"
const publicUrl = "https://clinic.example.com"
const wanted = CallbackUrl.ofKind(publicUrl, "telnyx", "sms")
const line = "+12025550100"

const optionsFor = (baseUrl: string, change: Partial<TelnyxOptions> = {}): TelnyxOptions => ({
  apiKey: Redacted.make(apiKey),
  publicKeys: [key.publicKey],
  messagingProfileId: id,
  connectionId: null,
  baseUrl,
  publicUrl,
  timeoutMillis: 5_000,
  ...change
})

/** All findings, one a line. */
const diagnose = Effect.fnUntraced(function* (
  account: Partial<TelnyxSimulator.TelnyxSimulatorOptions>,
  change: Partial<TelnyxOptions> = {}
) {
  const simulator = yield* TelnyxSimulator.scoped({
    apiKey,
    signingKeys: [key],
    messagingProfileId: id,
    organizationId: id,
    inboundUrl: wanted,
    numbers: [line],
    ...account
  })
  const { findings } = yield* TelnyxTelephony.diagnosis(optionsFor(simulator.url, change))
  return (yield* findings).map(({ check, level, message }) => `${level} ${check} ${message}`)
})

const problems = (lines: ReadonlyArray<string>) => lines.filter((one) => !one.startsWith("ok"))

describe("A diagnosis of a messaging profile at Telnyx", () => {
  it.effect("finds nothing wrong where all is right", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnose({}), [
        `ok credentials The API key is accepted, and the messaging profile ${id} is the account's`,
        `ok webhooks Texts and reports are delivered to ${wanted}`,
        "ok numbers 1 number of the messaging profile can text"
      ])
    })
  )

  it.effect("counts the numbers of all pages", () =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 230 }, (_, index) => `+1202555${1000 + index}`)
      assert.include(yield* diagnose({ numbers }), "ok numbers 230 numbers of the messaging profile can text")
    })
  )

  it.effect.each([
    [
      { webhook_url: "https://old.example.com/hook?token=canary" },
      `error webhooks The messaging profile ${id} delivers to https://old.example.com/hook?…: set it to ${wanted}`
    ],
    [{ webhook_url: null }, `error webhooks The messaging profile ${id} delivers nowhere: set it to ${wanted}`],
    [
      { webhook_api_version: "1" },
      `error webhooks The messaging profile ${id} delivers webhooks of the API version 1, which the host refuses: set its webhook API version to 2`
    ],
    [
      { enabled: false },
      `error numbers The messaging profile ${id} is disabled, so nothing is sent: enable it in Telnyx's portal`
    ]
  ] as const)("says of a profile with %j what is wrong", ([profileFields, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ profileFields })), [expected])
    })
  )

  it.effect("takes the path of reports for the webhook URL as well", () =>
    Effect.gen(function* () {
      assert.isEmpty(problems(yield* diagnose({ inboundUrl: CallbackUrl.ofKind(publicUrl, "telnyx", "status") })))
    })
  )

  it.effect("warns of numbers that cannot text, and of a profile without numbers", () =>
    Effect.gen(function* () {
      const numberFields = { [line]: { features: { sms: null, mms: null } } }
      assert.deepStrictEqual(problems(yield* diagnose({ numberFields })), [
        `warning numbers ${line} cannot text: it has no SMS feature`
      ])
      assert.deepStrictEqual(problems(yield* diagnose({ numbers: [] })), [
        `warning numbers The messaging profile ${id} has no number: assign it to the numbers that text`
      ])
    })
  )

  it.effect("says that the key is refused, and nothing of the key", () =>
    Effect.gen(function* () {
      const lines = yield* diagnose({}, { apiKey: Redacted.make("KEYcanary") })
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^error credentials Telnyx does not accept .*check TELNYX_API_KEY$/)
      assert.notInclude(lines.join(), "canary")
    })
  )

  it.effect("names a profile that is not there", () =>
    Effect.gen(function* () {
      const other = "00000000-099c-44a1-89b9-6c92163bc68d"
      assert.deepStrictEqual(yield* diagnose({}, { messagingProfileId: other }), [
        `error credentials The account has no messaging profile ${other}: check TELNYX_MESSAGING_PROFILE_ID`
      ])
    })
  )
})

describe("A diagnosis of a TeXML application at Telnyx", () => {
  const connectionId = "2811212257810187875"
  const accountSid = "cb6cfbbc-eb00-41af-a3f3-0d7b32009e4b"
  const voiceUrl = CallbackUrl.ofKind(publicUrl, "telnyx", "call")
  const voiceFallbackUrl = CallbackUrl.ofKind(publicUrl, "telnyx", "fallback")
  const callStatusUrl = CallbackUrl.ofKind(publicUrl, "telnyx", "call-status")
  const subject = `the TeXML application ${connectionId}`
  const set = { connectionId, accountSid, voiceUrl, voiceFallbackUrl, callStatusUrl }
  const diagnoseVoice = (
    account: Partial<TelnyxSimulator.TelnyxSimulatorOptions>,
    change: Partial<TelnyxOptions> = {}
  ) => diagnose({ ...set, ...account }, { connectionId, accountSid, ...change })

  it.effect("finds nothing wrong where all is right", () =>
    Effect.gen(function* () {
      const lines = yield* diagnoseVoice({})
      assert.isEmpty(problems(lines))
      assert.includeMembers(lines, [
        `ok webhooks Calls are delivered to ${voiceUrl}`,
        `ok numbers 1 number is connected to ${subject}`,
        `ok credentials The calls of the account ${accountSid} can be listed`
      ])
    })
  )

  it.effect.each([
    [{ voice_url: "" }, `error webhooks The voice URL of ${subject} delivers nowhere: set it to ${voiceUrl}`],
    [
      { voice_url: "https://old.example.com/call?token=canary" },
      `error webhooks The voice URL of ${subject} delivers to https://old.example.com/call?…: set it to ${voiceUrl}`
    ],
    [
      { voice_method: "get" },
      `error webhooks The voice URL of ${subject} delivers by get, which the host refuses: set the method to POST`
    ],
    [
      { voice_fallback_url: null },
      `error webhooks The voice fallback URL of ${subject} delivers nowhere: set it to ${voiceFallbackUrl}`
    ],
    [
      { status_callback: "" },
      `error webhooks The status callback of ${subject} delivers nowhere: set it to ${callStatusUrl}`
    ],
    [
      { active: false },
      `error numbers The TeXML application ${connectionId} is not active, so no call is taken: activate it in the portal`
    ],
    [
      { outbound: { outbound_voice_profile_id: null } },
      `error numbers The TeXML application ${connectionId} has no outbound voice profile, so no call is put through: choose one for it in the portal`
    ]
  ] as const)("says of an application with %j what is wrong", ([applicationFields, expected]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnoseVoice({ applicationFields })), [expected])
    })
  )

  it.effect.each([
    [{ connection_id: "1" }, "to the connection 1"],
    [{ connection_id: null }, "nowhere"]
  ] as const)("names a number whose calls go elsewhere: %j", ([fields, where]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnoseVoice({ lineFields: { [line]: fields } })), [
        `error numbers Calls to ${line} go ${where}: connect it to ${subject}`
      ])
    })
  )

  it.effect("leaves numbers alone that do not text here", () =>
    Effect.gen(function* () {
      const lineFields = { [line]: { connection_id: "1", messaging_profile_id: "another" } }
      assert.isEmpty(problems(yield* diagnoseVoice({ lineFields })))
    })
  )

  it.effect("names an application and an account that are not there", () =>
    Effect.gen(function* () {
      const missing = problems(yield* diagnoseVoice({}, { connectionId: "1" }))
      assert.include(missing, "error webhooks The account has no TeXML application 1: check TELNYX_CONNECTION_ID")
      const other = "00000000-eb00-41af-a3f3-0d7b32009e4b"
      assert.deepStrictEqual(problems(yield* diagnoseVoice({}, { accountSid: other })), [
        `error webhooks There is no account ${other}: check TELNYX_ACCOUNT_SID`
      ])
    })
  )

  it.effect("warns that lost calls are not found without the account's id", () =>
    Effect.gen(function* () {
      const [only = "", ...others] = problems(yield* diagnoseVoice({}, { accountSid: null }))
      assert.match(only, /^warning webhooks A call whose webhooks are lost is not found, .*TELNYX_ACCOUNT_SID/)
      assert.isEmpty(others)
    })
  )
})

describe("The self-test for Telnyx", () => {
  it.effect("is a webhook that is refused, because it is not signed", () =>
    Effect.gen(function* () {
      const options = optionsFor("http://127.0.0.1:1")
      const { body, expects, headers, url } = yield* (yield* TelnyxTelephony.diagnosis(options)).selfTest
      const { webhooks } = yield* TelnyxTelephony.make(options)
      const request = { method: "POST", target: new URL(url).pathname, headers, body: new TextEncoder().encode(body) }
      const { reason } = yield* Effect.flip(webhooks.receive("sms", request))
      assert.strictEqual(reason._tag, "InvalidSignature")
      assert.strictEqual(expects, 403)
    })
  )
})
