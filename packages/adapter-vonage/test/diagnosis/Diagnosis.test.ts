/** What an operator learns of an application at Vonage, over the real SDK. */
import { CallbackUrl } from "@careline/adapter-kit"
import { VonageSimulator } from "@careline/testkit/simulators"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { generateKeyPairSync } from "node:crypto"
import { type VonageOptions, VonageTelephony } from "../../src/index.ts"
import * as Support from "../support.ts"

const { apiKey, apiSecret, applicationId, keys, line, publicUrl, signatureSecret } = Support
const inboundUrl = CallbackUrl.ofKind(publicUrl, "vonage", "sms")
const statusUrl = CallbackUrl.ofKind(publicUrl, "vonage", "status")
const voiceUrl = CallbackUrl.ofKind(publicUrl, "vonage", "call")
const voiceFallbackUrl = CallbackUrl.ofKind(publicUrl, "vonage", "fallback")
const callStatusUrl = CallbackUrl.ofKind(publicUrl, "vonage", "call-status")

const start = (account: Partial<VonageSimulator.VonageSimulatorOptions> = {}) =>
  VonageSimulator.scoped({
    apiKey,
    apiSecret,
    applicationId,
    privateKey: keys.privateKey,
    signatureSecrets: [signatureSecret],
    inboundUrl,
    statusUrl,
    voiceUrl,
    voiceFallbackUrl,
    callStatusUrl,
    numbers: [line],
    ...account
  })

const optionsFor = (url: string, change: Partial<VonageOptions> = {}) =>
  Support.options(url, { restBaseUrl: url, timeoutMillis: 5_000, ...change })

/** All findings, one a line. */
const diagnose = Effect.fnUntraced(function* (
  account: Partial<VonageSimulator.VonageSimulatorOptions>,
  change: Partial<VonageOptions> = {}
) {
  const simulator = yield* start(account)
  const { findings } = yield* VonageTelephony.diagnosis(optionsFor(simulator.url, change))
  return (yield* findings).map(({ check, level, message }) => `${level} ${check} ${message}`)
})

const problems = (lines: ReadonlyArray<string>) => lines.filter((one) => !one.startsWith("ok"))

describe("A diagnosis of an application at Vonage", () => {
  it.effect("finds nothing wrong where all is right", () =>
    Effect.gen(function* () {
      const lines = yield* diagnose({})
      assert.deepStrictEqual(lines.slice(0, 7), [
        `ok credentials The API secret is accepted, and the application ${applicationId} belongs to the account ${apiKey}`,
        `ok credentials VONAGE_PRIVATE_KEY is the key of the application ${applicationId}`,
        `ok webhooks The application's texts are delivered to ${inboundUrl}`,
        `ok webhooks The application's reports are delivered to ${statusUrl}`,
        `ok webhooks The application's calls are delivered to ${voiceUrl}`,
        `ok webhooks The application's calls that were not answered there are delivered to ${voiceFallbackUrl}`,
        `ok webhooks The application's reports on calls are delivered to ${callStatusUrl}`
      ])
      assert.match(lines[7] ?? "", /^ok numbers 1 number of the application can text\./)
      assert.lengthOf(lines, 8)
    })
  )

  it.effect("notices that the private key is another application's", () =>
    Effect.gen(function* () {
      const other = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" }
      })
      const [only, ...others] = problems(yield* diagnose({ publicKey: other.publicKey }))
      assert.include(only, `error credentials VONAGE_PRIVATE_KEY is not the key of the application ${applicationId}`)
      assert.isEmpty(others)
    })
  )

  it.effect("notices that the application has no key", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ applicationFields: { keys: {} } })), [
        `error credentials The application ${applicationId} has no public key: register that of VONAGE_PRIVATE_KEY`
      ])
    })
  )

  it.effect("names webhooks that lead elsewhere", () =>
    Effect.gen(function* () {
      const lines = problems(
        yield* diagnose({ inboundUrl: "https://u:canary@old.example.com/in", statusUrl: "https://old.example.com/out" })
      )
      assert.deepStrictEqual(lines, [
        `error webhooks The inbound_url of the application ${applicationId} delivers to https://old.example.com/in: set it to ${inboundUrl}`,
        `error webhooks The status_url of the application ${applicationId} delivers to https://old.example.com/out: set it to ${statusUrl}`
      ])
    })
  )

  it.effect("notices another version, another method, and no Messages capability", () =>
    Effect.gen(function* () {
      const webhooks = {
        inbound_url: { address: inboundUrl, http_method: "GET" },
        status_url: { address: statusUrl, http_method: "POST" }
      }
      assert.deepStrictEqual(problems(yield* diagnose({ messagesFields: { version: "v0.1", webhooks } })), [
        `error webhooks The inbound_url of the application ${applicationId} is called by GET: set its method to POST`,
        `error webhooks The application ${applicationId} delivers webhooks of the Messages API v0.1, which the host cannot read: set its version to v1`
      ])
      assert.deepStrictEqual(problems(yield* diagnose({ applicationFields: { capabilities: {} } })), [
        `error webhooks The application ${applicationId} has no Messages capability: switch it on, with the inbound URL ${inboundUrl}`,
        `error webhooks The application ${applicationId} has no Voice capability: switch it on, with the answer URL ${voiceUrl}`
      ])
    })
  )

  it.effect("notices calls that go elsewhere, come by GET, nowhere at all, or are not signed", () =>
    Effect.gen(function* () {
      const webhooks = {
        answer_url: { address: "https://old.example.com/answer?token=canary", http_method: "POST" },
        fallback_answer_url: { address: voiceFallbackUrl, http_method: "GET" }
      }
      assert.deepStrictEqual(problems(yield* diagnose({ voiceFields: { webhooks, signed_callbacks: false } })), [
        `error webhooks The answer_url of the application ${applicationId} delivers to https://old.example.com/answer?…: set it to ${voiceUrl}`,
        `error webhooks The fallback_answer_url of the application ${applicationId} is called by GET: set its method to POST`,
        `error webhooks The event_url of the application ${applicationId} delivers nowhere: set it to ${callStatusUrl}`,
        `error webhooks The application ${applicationId} does not sign the webhooks of calls, which the host does not take: switch signed callbacks on`
      ])
    })
  )

  it.effect("warns of an application without numbers, which Vonage says by an empty object", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ numbers: [] })), [
        `warning numbers No number is linked to the application ${applicationId}: link the numbers that text`
      ])
    })
  )

  it.effect("warns of a number that cannot be called", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ numberFields: { [line]: { features: ["SMS"] } } })), [
        `warning numbers ${line} cannot be called: it has no VOICE feature`
      ])
    })
  )

  it.effect("warns of a number that cannot text", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(problems(yield* diagnose({ numberFields: { [line]: { features: ["VOICE"] } } })), [
        `warning numbers ${line} cannot text: it has no SMS feature`
      ])
    })
  )

  it.live("counts the numbers of all pages, as fast as Vonage lets it", () =>
    Effect.gen(function* () {
      const numbers = Array.from({ length: 130 }, (_, index) => `+1202555${1000 + index}`)
      assert.include((yield* diagnose({ numbers })).join("\n"), "ok numbers 130 numbers")
    })
  )

  it.effect("says that the secret is refused, and nothing of it", () =>
    Effect.gen(function* () {
      const lines = yield* diagnose({}, { apiSecret: Redacted.make("canary-wrong") })
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", /^error credentials Vonage does not accept .*VONAGE_API_SECRET$/)
      assert.notInclude(lines.join(), "canary")
    })
  )

  it.effect("names an application that is not the account's", () =>
    Effect.gen(function* () {
      const other = "00000000-bbbb-cccc-dddd-0123456789ab"
      assert.deepStrictEqual(yield* diagnose({}, { applicationId: other }), [
        `error credentials The account ${apiKey} has no application ${other}: check VONAGE_APPLICATION_ID and VONAGE_API_KEY`
      ])
    })
  )

  it.effect("concludes nothing from an answer that it cannot read", () =>
    Effect.gen(function* () {
      const { url } = yield* Support.server(Support.json(200, ["canary"]))
      const { findings } = yield* VonageTelephony.diagnosis(optionsFor(url))
      const lines = (yield* findings).map(({ level, message }) => `${level} ${message}`)
      assert.isNotEmpty(lines)
      assert.notInclude(lines.join(), "ok")
      assert.notInclude(lines.join(), "canary")
    })
  )
})

describe("The self-test for Vonage", () => {
  it.effect("is a webhook that is verified, and that nothing is kept of", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_800_000_000_000)
      const options = optionsFor("http://127.0.0.1:1")
      const { body, expects, headers, url } = yield* (yield* VonageTelephony.diagnosis(options)).selfTest
      const { webhooks } = yield* VonageTelephony.make(options)
      const request = { method: "POST", target: new URL(url).pathname, headers, body: new TextEncoder().encode(body) }
      assert.deepStrictEqual((yield* webhooks.receive("status", request)).events, [])
      assert.strictEqual(webhooks.reply("status").status, expects)
      assert.strictEqual(yield* Clock.currentTimeMillis, 1_800_000_000_000)
    })
  )
})
