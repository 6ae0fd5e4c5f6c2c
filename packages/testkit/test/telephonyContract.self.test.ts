/** The Telephony contract is worth what it notices: adapters with a known fault have to fail it. */
import { assert, describe, it } from "@effect/vitest"
import type { Telephony } from "@careline/ports"
import { Effect, Exit } from "effect"
import { globSync, readFileSync } from "node:fs"
import { TelephonyContract } from "../src/contract/index.ts"
import type { Scenario } from "../src/simulators/index.ts"
import { faultsIn, unclearTitles } from "./faults/Fault.ts"
import { layerOf, partsWith, subjectOf } from "./telephony/acme.ts"
import type { Parts } from "./telephony/AcmeParts.ts"
import { sound } from "./telephony/AcmeTelephony.ts"
import { callFaults } from "./telephony/faults/calls.ts"
import { numberFaults } from "./telephony/faults/numbers.ts"
import { textFaults } from "./telephony/faults/texts.ts"

const { chaptersOf, reasonsToSkip, run, suite } = TelephonyContract

const chapters = chaptersOf(subjectOf(sound))
const faults = [textFaults, callFaults, numberFaults].flatMap((table) => faultsIn(table, chapters))

/** The titles of the chapter's tests that an adapter fails. */
const failuresIn = Effect.fnUntraced(function* (
  parts: Parts,
  name: string,
  unspoken: ReadonlyArray<Scenario.Scenario> = []
) {
  const subject = subjectOf(parts)
  const tests = chaptersOf(subject)
    .filter(({ chapter }) => chapter === name)
    .flatMap((found) => found.tests)
    .filter((test) => reasonsToSkip(subject, test).length === 0)
  assert.isNotEmpty(tests, `there is a chapter "${name}"`)
  const exits = yield* Effect.forEach(tests, (test) => Effect.exit(run(layerOf(parts, unspoken), test)), {
    concurrency: 4
  })
  return tests.filter((_, index) => Exit.isFailure(exits[index]!)).map(({ title }) => title)
})

/** The least that a provider may be able to do. */
const least: Telephony.Capabilities = {
  messages: {
    mms: null,
    maxTextLength: 500,
    attemptEcho: "none",
    find: "none",
    findAfterMillis: null,
    status: "none"
  },
  webhooks: { unsigned: "forged", signatureCovers: "bytes", signatureMaxAgeMillis: null, namesKeywords: false },
  voice: null,
  media: "none",
  history: { messages: false, calls: false, recordings: false },
  numbers: null,
  optOutReplies: "application"
}

suite(subjectOf(sound), layerOf(sound))
suite(
  { name: "Acme with the least that a provider can do", capabilities: least },
  layerOf({ ...sound, capabilities: least, facets: [] }, [
    "staleTimestamp",
    "providerHandledStop",
    "mmsWithTwoMedia",
    "emptyBodyMms"
  ])
)

describe.concurrent("the telephony contract", () => {
  it.each(faults.map((one) => [one.fault, one] as const))("notices an adapter that %s", (_fault, { broken, test }) =>
    Effect.runPromise(
      Effect.map(Effect.exit(run(layerOf(partsWith(broken)), test)), (exit) => assert.isTrue(Exit.isFailure(exit)))
    )
  )

  it.live("notices a simulator that leaves a scenario out, where it is needed and in the whole", () =>
    Effect.gen(function* () {
      const missing = ["concatenated"] as const
      assert.deepStrictEqual(yield* failuresIn(sound, "Inbound", missing), [
        "MUST read a text of several segments as one"
      ])
      assert.deepStrictEqual(yield* failuresIn(sound, "Capabilities", missing), [
        "MUST have a simulator that says every scenario, unless a capability says why not"
      ])
    })
  )

  it("leaves a test out for a declared capability only, and says for which", () => {
    const subject = { name: "Acme", capabilities: least }
    const skipped = chaptersOf(subject)
      .flatMap(({ tests }) => tests)
      .flatMap((test) => reasonsToSkip(subject, test))
    assert.sameMembers(
      [...new Set(skipped)],
      [
        "messages.mms is null",
        "messages.find is none",
        "messages.findAfterMillis is null: silence proves nothing",
        "messages.status is none",
        "messages.attemptEcho is none",
        "webhooks.signatureMaxAgeMillis is null: no time is signed",
        "webhooks.namesKeywords is false",
        "voice is null",
        "voice.status is none",
        "voice.transcription is none",
        "media is none",
        "history.messages is false",
        "history.calls is false",
        "history.recordings is false",
        "numbers is null",
        "numbers.orders is not asynchronous",
        "numbers.search is without locality"
      ]
    )
    const whole = subjectOf(sound)
    assert.isEmpty(
      chaptersOf(whole)
        .flatMap(({ tests }) => tests)
        .flatMap((test) => reasonsToSkip(whole, test))
    )
  })

  it("has titles that say what an adapter must or should do, each only once in its chapter", () =>
    assert.isEmpty(unclearTitles(chapters)))

  it("asks no more than forty lines of an adapter's author", () => {
    const root = new URL("../../../", import.meta.url)
    const files = globSync(
      ["packages/*/test/telephony.contract.test.ts", "examples/*/test/telephony.contract.test.ts"],
      {
        cwd: root
      }
    )
    assert.isAtLeast(files.length, 4)
    for (const file of files) {
      assert.isAtMost(readFileSync(new URL(file, root), "utf8").trimEnd().split("\n").length, 40, file)
    }
  })

  it("breaks in every chapter for some adapter", () => {
    assert.sameMembers(
      [...new Set(faults.map(({ chapter }) => chapter))],
      chapters.map(({ chapter }) => chapter)
    )
  })
})
