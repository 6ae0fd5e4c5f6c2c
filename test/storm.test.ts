/**
 * Texts through a network that loses one answer in twenty after the provider has taken the text, with a fallback: nobody
 * gets a text twice, and no text is forgotten. `STORM_SENDS=10000` makes it as long as the release notes' figures.
 */
import { assert, describe, it } from "vitest"
import { storm } from "./support/storm.ts"

const sends = Number(process.env.STORM_SENDS ?? 300)

describe("A storm", () => {
  it.each([
    ["twilio", "telnyx"],
    ["telnyx", "vonage"],
    ["vonage", "twilio"]
  ] as const)(
    "through %s with %s behind it delivers each text at most once, and lists what nobody knows about",
    async (provider, fallbackProvider) => {
      const result = await storm({ provider, fallbackProvider, sends, lostAnswers: 0.05, lostReports: 0.02, seed: 7 })
      const { answersLost, carriedBy, deliveries, listed, open, seconds, statuses } = result
      const figures = { provider, sends, carriedBy, answersLost, statuses, listed: listed.length, seconds }
      process.stdout.write(`${JSON.stringify(figures)}\n`)

      assert.deepStrictEqual(
        [...deliveries].filter(([, times]) => times > 1),
        [],
        "texts that arrived twice"
      )
      assert.strictEqual(open, 0)
      assert.isAbove(answersLost, 0)
      assert.isAbove(carriedBy[fallbackProvider]!, 0)
      // Everything is at a provider, or a person has it on the list.
      assert.strictEqual(deliveries.size + listed.filter((words) => !deliveries.has(words)).length, sends)
      assert.strictEqual(statuses.unknown ?? 0, listed.length)
    }
  )
})
