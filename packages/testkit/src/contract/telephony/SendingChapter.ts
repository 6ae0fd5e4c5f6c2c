/** Handing a text over. */
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { outbound, send } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"

const AT_ONCE = 10

const bodies: ReadonlyArray<readonly [what: string, body: string]> = [
  ["letters with accents", "Señora, ¿mañana a las 8? Straße, œuvre, Ångström"],
  ["other scripts", "您好，您的药准备好了。 مرحبا Здравствуйте"],
  ["emoji, with joiners and colours", "See you soon 👩🏽‍⚕️ 👍🏿 🇺🇸"],
  ["what has a meaning in a URL, in JSON and in XML", `50% & more = <b>"quoted" + 'plus'</b> \\ / ? # ;`],
  ["line breaks and spaces", "First line\nSecond line\r\n  indented  twice"]
]

export const sendingChapter: Chapter = {
  chapter: "Sending",
  tests: [
    test("MUST hand a text over once, as it is, from and to the given numbers", ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const message = yield* outbound()
      const outcome = yield* send(message)
      const [taken, ...more] = simulator.ledger.sent
      assert.deepStrictEqual(more, [])
      assert.strictEqual(outcome._tag, "Accepted")
      assert.strictEqual(taken?.from, message.from)
      assert.strictEqual(taken?.to, message.to)
      assert.strictEqual(taken?.body, message.body)
      assert.deepStrictEqual(taken?.mediaUrls, [])
    }),

    test("MUST give the id under which the provider knows the text", ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const outcome = yield* send(yield* outbound())
      assert.strictEqual(outcome._tag === "Accepted" && outcome.providerMessageId, simulator.ledger.sent[0]?.id)
    }),

    ...bodies.map(([what, body]) =>
      test(`MUST hand over ${what} unchanged`, ["accepted"], function* () {
        const { simulator } = yield* ProviderUnderTest
        yield* send(yield* outbound({ body }))
        assert.strictEqual(simulator.ledger.sent[0]?.body, body)
      })
    ),

    test("MUST take two attempts for two texts, even when they say the same", ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const first = yield* outbound()
      const second = yield* outbound({ to: first.to, body: first.body })
      const outcomes = [yield* send(first), yield* send(second)]
      const ids = outcomes.map((outcome) => (outcome._tag === "Accepted" ? outcome.providerMessageId : null))
      assert.deepStrictEqual(
        ids,
        simulator.ledger.sent.map(({ id }) => id)
      )
      assert.strictEqual(new Set(ids).size, 2)
    }),

    test(`MUST keep ${AT_ONCE} texts that are sent at once apart`, ["accepted"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const messages = yield* Effect.forEach(Array.from({ length: AT_ONCE }), () => outbound())
      const outcomes = yield* Effect.forEach(messages, send, { concurrency: "unbounded" })
      assert.lengthOf(simulator.ledger.sent, AT_ONCE)
      messages.forEach(({ body, to }, index) => {
        const outcome = outcomes[index]!
        const taken = simulator.ledger.find(outcome._tag === "Accepted" ? outcome.providerMessageId : "")
        assert.deepInclude(taken, { to, body })
      })
    }),

    test(
      "MUST hand over all media, in their order",
      ["accepted"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        const mediaUrls = ["https://files.example.com/one.jpg", "https://files.example.com/two.jpg"]
        const message = yield* outbound({ mediaUrls })
        assert.strictEqual((yield* send(message))._tag, "Accepted")
        assert.deepStrictEqual(simulator.ledger.sent[0]?.mediaUrls, mediaUrls)
        assert.strictEqual(simulator.ledger.sent[0]?.body, message.body)
      },
      ["mms"]
    ),

    test(
      "MUST hand over a picture without a word",
      ["accepted"],
      function* () {
        const { simulator } = yield* ProviderUnderTest
        const mediaUrls = ["https://files.example.com/one.jpg"]
        assert.strictEqual((yield* send(yield* outbound({ body: "", mediaUrls })))._tag, "Accepted")
        assert.deepInclude(simulator.ledger.sent[0], { body: "", mediaUrls })
      },
      ["mms"]
    )
  ]
}
