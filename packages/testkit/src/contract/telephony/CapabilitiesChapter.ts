/** What an adapter says it can do, and what it does not. */
import type { CallId } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { type Chapter, type ContractTest, test } from "./Chapter.ts"
import { outbound } from "./Given.ts"
import { neededFor, unmetBy } from "./Need.ts"
import { ProviderUnderTest, type Subject } from "./Subject.ts"
import { shown } from "./voice/GivenCall.ts"

/** Whether it is some of the words, each once. */
const isSome = (value: unknown, words: ReadonlyArray<string>): boolean =>
  Array.isArray(value) && new Set(value).size === value.length && value.every((one) => words.includes(String(one)))

/** Every capability that the suite knows, and the values that it may have. */
const known: Readonly<Record<string, (value: unknown) => boolean>> = {
  "messages.mms": (value) =>
    value === null ||
    (typeof value === "object" &&
      Object.keys(value).sort().join() === "maxMedia,maxTextLength" &&
      Object.values(value).every((limit) => Number.isInteger(limit) && limit > 0)),
  "messages.maxTextLength": (value) => Number.isInteger(value) && Number(value) > 0,
  "messages.attemptEcho": (value) => ["callback_url", "client_reference", "none"].includes(String(value)),
  "messages.find": (value) => ["by_reference", "by_content", "none"].includes(String(value)),
  "messages.findAfterMillis": (value) => value === null || Number.isFinite(value),
  "messages.status": (value) => ["by_id", "none"].includes(String(value)),
  "webhooks.unsigned": (value) => ["forged", "provider_slip"].includes(String(value)),
  "webhooks.signatureCovers": (value) => ["bytes", "parameters", "nothing"].includes(String(value)),
  "webhooks.signatureMaxAgeMillis": (value) => value === null || Number.isFinite(value),
  "webhooks.namesKeywords": (value) => typeof value === "boolean",
  voice: (value) => value === null,
  "voice.transcription": (value) =>
    value === "any" ||
    value === "none" ||
    (Array.isArray(value) && value.length > 0 && value.every((one) => /^[a-z]{2,3}$/.test(String(one)))),
  "voice.status": (value) => ["by_id", "none"].includes(String(value)),
  "voice.recordings": (value) => ["until_deleted", "expiring"].includes(String(value)),
  media: (value) => ["until_deleted", "expiring", "none"].includes(String(value)),
  "history.messages": (value) => typeof value === "boolean",
  "history.calls": (value) => typeof value === "boolean",
  "history.recordings": (value) => typeof value === "boolean",
  numbers: (value) => value === null,
  "numbers.search": (value) => isSome(value, ["area_code", "locality", "contains", "features"]),
  "numbers.orders": (value) => ["synchronous", "asynchronous"].includes(String(value)),
  "numbers.find": (value) => ["by_reference", "by_number"].includes(String(value)),
  "numbers.findAfterMillis": (value) => Number.isFinite(value) && Number(value) >= 0,
  "numbers.refusals": (value) => isSome(value, ["not_available", "requirements", "account"]),
  "numbers.prices": (value) => typeof value === "boolean",
  "numbers.trunk": (value) => typeof value === "boolean",
  optOutReplies: (value) => ["provider", "application"].includes(String(value))
}

/** Of a facet that may be missing as a whole, its name stands in the place of what it would have. */
const partsOf = (facet: "voice" | "numbers", isThere: boolean): ReadonlyArray<string> =>
  isThere ? [facet] : Object.keys(known).filter((name) => name.startsWith(`${facet}.`))

const FACETS = ["messages", "webhooks", "voice", "history", "numbers"] as const

/** Names and values, a facet's with its name before them. */
const flatten = (capabilities: Telephony.Capabilities): ReadonlyArray<readonly [string, unknown]> =>
  Object.entries(capabilities).flatMap(([name, value]): ReadonlyArray<readonly [string, unknown]> =>
    (FACETS as ReadonlyArray<string>).includes(name) && typeof value === "object" && value !== null
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one] as const)
      : [[name, value]]
  )

const unsupported = Effect.fnUntraced(function* (
  effect: Effect.Effect<unknown, { readonly reason: { _tag: string } }>
) {
  const error = yield* Effect.flip(effect)
  assert.strictEqual(error.reason._tag, "Unsupported")
})

const towns = { country: "US", areaCode: null, contains: null, features: [], limit: 1, locality: "Austin" }

/** Of numbers, all that is not declared. */
const withoutNumbers = Effect.fnUntraced(function* (
  { numbers }: Telephony.TelephonyService,
  capabilities: Telephony.Capabilities["numbers"]
) {
  if (capabilities?.search.includes("locality") !== true) yield* unsupported(numbers.search(towns))
  if (capabilities?.trunk !== true) {
    yield* unsupported(numbers.buy({ reference: "an order", number: shown, purpose: "voice" }))
    yield* unsupported(numbers.configure(shown, "voice"))
  }
  if (capabilities !== null) return
  const order = { reference: "an order", number: shown, startedAt: yield* DateTime.now }
  yield* unsupported(numbers.buy(order))
  yield* unsupported(numbers.find(order))
  yield* unsupported(numbers.configure(shown))
  yield* unsupported(numbers.release(shown))
  yield* unsupported(numbers.owns(shown))
  yield* unsupported(numbers.list())
})

const declared = (subject: Subject): ContractTest =>
  test("MUST be declared, each with a value that has a meaning, and no other", [], function* () {
    const { capabilities } = (yield* ProviderUnderTest).telephony
    assert.deepStrictEqual(capabilities, subject.capabilities)
    const names = flatten(capabilities).map(([name]) => name)
    const missing = new Set([
      ...partsOf("voice", capabilities.voice !== null),
      ...partsOf("numbers", capabilities.numbers !== null)
    ])
    assert.sameMembers(
      names,
      Object.keys(known).filter((name) => !missing.has(name))
    )
    for (const [name, value] of flatten(capabilities)) assert.isTrue(known[name]?.(value), name)
  })

export const capabilitiesChapter = (subject: Subject): Chapter => ({
  chapter: "Capabilities",
  tests: [
    declared(subject),

    test(
      "MUST have a simulator that says every scenario, unless a capability says why not",
      [],
      function* (capabilities) {
        const { simulator } = yield* ProviderUnderTest
        const missing = Scenario.scenarios.filter((scenario) => {
          const need = neededFor[scenario]
          return !simulator.speaks.has(scenario) && (need === undefined || unmetBy(capabilities, [need]).length === 0)
        })
        assert.deepStrictEqual(missing, [])
      }
    ),

    test("MUST be named as it stands in webhook paths", ["accepted"], function* () {
      const { simulator, telephony } = yield* ProviderUnderTest
      assert.match(telephony.provider, /^[a-z][a-z0-9-]*$/)
      assert.strictEqual(telephony.provider, simulator.provider)
    }),

    test(
      "MUST fail as unsupported with what is not declared, and with nothing else",
      ["accepted"],
      function* ({ history, media, messages, numbers, voice }) {
        const { simulator, telephony } = yield* ProviderUnderTest
        const message = yield* outbound({ mediaUrls: ["https://files.example.com/one.jpg"] })
        const attempt = { ...message, startedAt: yield* DateTime.now, claimedProviderMessageIds: [] }
        if (messages.mms === null) {
          yield* unsupported(telephony.messages.send(message))
          assert.isEmpty(simulator.ledger.sent)
        }
        if (messages.find === "none") yield* unsupported(telephony.messages.find(attempt))
        else yield* telephony.messages.find(attempt)
        if (messages.status === "none") yield* unsupported(telephony.messages.status("an id"))
        const { calls, recordings } = telephony
        if (voice === null) {
          const call = { callId: "call" as CallId, from: shown, to: message.to, ringSeconds: 20, maxSeconds: 60 }
          yield* unsupported(calls.place(call))
          yield* unsupported(recordings.fetch("a recording", 1))
          yield* unsupported(recordings.delete("a recording"))
        }
        if (voice === null || voice.status === "none") yield* unsupported(calls.status("an id"))
        if (voice === null || voice.transcription === "none") yield* unsupported(recordings.transcript("a recording"))
        if (media === "none") {
          yield* unsupported(telephony.media.fetch("https://media.example.com/one.png", 1))
          yield* unsupported(telephony.media.delete("https://media.example.com/one.png"))
        }
        const now = yield* DateTime.now
        if (!history.messages && !history.calls && !history.recordings) {
          yield* unsupported(telephony.history.between(now, now))
        }
        yield* withoutNumbers(telephony, numbers)
      }
    )
  ]
})
