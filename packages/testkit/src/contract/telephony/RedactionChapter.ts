/** Nothing that comes out of the adapter holds a credential, a number or a word of a text. */
import type { PhoneNumber } from "@careline/domain"
import { DateTime, Effect } from "effect"
import { assert } from "vitest"
import * as Scenario from "../../simulators/core/Scenario.ts"
import { shownAs, watched } from "../Redaction.ts"
import { type Chapter, test } from "./Chapter.ts"
import { outbound } from "./Given.ts"
import { neededBy } from "./Need.ts"
import * as Receiver from "./Receiver.ts"
import { receive } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"

const DIGITS = "3035550199"
const WORDS = "Canary"

const assertSilent = (seen: ReadonlyArray<unknown>, secrets: ReadonlyArray<string>): void => {
  for (const one of seen) {
    const shown = shownAs(one)
    // Not with `include`, which would print what must not be seen.
    assert.isFalse(
      secrets.some((secret) => shown.includes(secret)),
      "a secret, a number or a word came out"
    )
  }
}

/** All that could be seen of it. */
const seenOf = <A, E>(effect: Effect.Effect<A, E>) => Effect.map(watched(effect), ({ exit, seen }) => [exit, ...seen])

/** What no one may see. */
const hidden = Effect.map(ProviderUnderTest, ({ line, secrets }) => [...secrets, DIGITS, WORDS, line.slice(1)])

export const redactionChapter: Chapter = {
  chapter: "Redaction",
  tests: [
    ...Scenario.requestFaults.map((scenario) =>
      test(`MUST NOT let out a secret, a number or a word after ${scenario}`, [scenario], function* () {
        const { simulator, telephony } = yield* ProviderUnderTest
        const secrets = yield* hidden
        const to = `+1${DIGITS}` as PhoneNumber.E164
        const message = yield* outbound({ to, body: `${WORDS} text: your results are in` })
        simulator.faults.everySend(scenario)
        simulator.faults.everyRead(scenario)
        const startedAt = yield* DateTime.now
        assertSilent(yield* seenOf(telephony.messages.send(message)), secrets)
        const attempt = { ...message, startedAt, claimedProviderMessageIds: [] }
        assertSilent(yield* seenOf(telephony.messages.find(attempt)), secrets)
        assertSilent(yield* seenOf(telephony.messages.status("another")), secrets)
      })
    ),

    ...(["wrongKey", "tamperedBody"] as const).map((signing) =>
      test(
        `MUST NOT let anything out of a webhook that it refuses for ${signing}`,
        [signing],
        function* () {
          const { simulator } = yield* ProviderUnderTest
          simulator.faults.everySigning(signing)
          const { webhooks } = yield* receive({ body: WORDS, from: `+1${DIGITS}` })
          assertSilent(
            webhooks.map(({ result }) => result),
            yield* hidden
          )
        },
        neededBy(signing)
      )
    ),

    test("MUST NOT let anything out of a webhook that it cannot read", ["unreadableEvent"], function* () {
      const { line, simulator } = yield* ProviderUnderTest
      yield* Effect.promise(() => simulator.deliver("unreadableEvent", line))
      const { delivered } = yield* Receiver.Receiver
      assertSilent(
        delivered.map(({ result }) => result),
        yield* hidden
      )
    }),

    test("MUST NOT show its credentials when it is shown itself", ["accepted"], function* () {
      const { secrets, telephony } = yield* ProviderUnderTest
      assertSilent([telephony], secrets)
    })
  ]
}
