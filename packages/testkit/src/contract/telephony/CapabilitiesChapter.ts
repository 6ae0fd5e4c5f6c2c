/** What an adapter says it can do, and what it does not. */
import type { Telephony } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { type Chapter, type ContractTest, test } from "./Chapter.ts"
import { outbound } from "./Given.ts"
import { neededFor, unmetBy } from "./Need.ts"
import { ProviderUnderTest, type Subject } from "./Subject.ts"

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
  optOutReplies: (value) => ["provider", "application"].includes(String(value))
}

const FACETS = ["messages", "webhooks"] as const

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

const declared = (subject: Subject): ContractTest =>
  test("MUST be declared, each with a value that has a meaning, and no other", [], function* () {
    const { capabilities } = (yield* ProviderUnderTest).telephony
    assert.deepStrictEqual(capabilities, subject.capabilities)
    const names = flatten(capabilities).map(([name]) => name)
    assert.sameMembers(names, Object.keys(known))
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
      function* ({ messages }) {
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
      }
    )
  ]
})
