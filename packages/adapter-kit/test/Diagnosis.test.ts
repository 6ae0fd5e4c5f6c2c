/** What a diagnosis says, and what it keeps to itself. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Diagnosis, ProviderFailure } from "../src/index.ts"

const wanted = "https://clinic.example.com/api/v1/webhooks/acme/sms"
const question: Diagnosis.Question = {
  check: "numbers",
  provider: "Acme",
  asked: "its numbers",
  credentials: "ACME_KEY"
}

describe("A webhook URL at a provider", () => {
  it.each([
    [wanted, true],
    [`${wanted}#rc=5&rp=all`, true],
    [` ${wanted} `, true],
    ["https://user:word@clinic.example.com/api/v1/webhooks/acme/sms", true],
    ["https://clinic.example.com:443/api/v1/webhooks/acme/sms", true],
    ["https://clinic.example.com:8443/api/v1/webhooks/acme/sms", false],
    ["https://clinic.example.com:80/api/v1/webhooks/acme/sms", false],
    ["http://clinic.example.com/api/v1/webhooks/acme/sms", false],
    [`${wanted}/`, false],
    ["https://clinic.example.com/api/v1/webhooks/acme/status", false],
    ["", false],
    [null, false],
    [7, false]
  ])("%j is the wanted one: %j", (found, expected) => {
    assert.strictEqual(Diagnosis.isSameUrl(found, wanted), expected)
  })

  it.each([
    ["https://user:canary@old.example.com/sms?token=canary#canary", "https://old.example.com/sms?…"],
    ["https://old.example.com", "https://old.example.com/"],
    ["canary", "something that is no URL"]
  ])("%j is shown without what may be secret", (url, expected) => {
    assert.strictEqual(Diagnosis.shown(url), expected)
  })
})

describe("A word of a provider's", () => {
  it.each([
    ["suspended", "suspended"],
    ["v0.1", "v0.1"],
    ["two words", "unknown"],
    ["\u001B[2J", "unknown"],
    [undefined, "unknown"]
  ])("%j is printed as %j", (given, expected) => {
    assert.strictEqual(Diagnosis.word(given), expected)
  })
})

describe("A question without an answer", () => {
  it.effect.each([
    [ProviderFailure.ofAnswer(401, "20003"), /^credentials Acme does not accept the credentials.*check ACME_KEY$/],
    [ProviderFailure.ofAnswer(404, null), /^numbers .*HTTP 404/],
    [ProviderFailure.ofAnswer(429, null), /^numbers .*HTTP 429.*try again later/],
    [ProviderFailure.ofAnswer(503, null), /^numbers .*HTTP 503.*try again later/],
    [{ ...ProviderFailure.unreadable, network: "ENOTFOUND" }, /^numbers .*ENOTFOUND/],
    [ProviderFailure.unreadable, /^numbers .*cannot be read/]
  ] as const)("is an error that says why (%#)", ([failure, expected]) =>
    Effect.gen(function* () {
      const [only, ...others] = yield* Diagnosis.ask(question, Effect.fail(failure), () => [])
      assert.isEmpty(others)
      assert.strictEqual(only?.level, "error")
      assert.match(`${only?.check} ${only?.message}`, expected)
    })
  )

  it.effect("is also one whose answer has another shape", () =>
    Effect.gen(function* () {
      const [only] = yield* Diagnosis.ask(question, Effect.succeed(null), () => {
        throw new Error("canary")
      })
      assert.match(only?.message ?? "", /cannot be read/)
      assert.notInclude(only?.message, "canary")
    })
  )
})
