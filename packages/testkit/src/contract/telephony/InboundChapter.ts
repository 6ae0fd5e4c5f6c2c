/** Texts that come in. */
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { contact, receive } from "./Given.ts"
import { Receiver } from "./Receiver.ts"
import { ProviderUnderTest } from "./Subject.ts"

/** A text of several segments, which the provider joins. */
const LONG = "Ten words that a worried daughter writes late at night. ".repeat(16).trim()
const MIXED = "¿Puede tomarla? 👵🏽 您好 “quotes” & <tags> 100% + more"

const keywords = [
  ["STOP", "opt_out"],
  ["START", "opt_in"],
  ["HELP", "help"]
] as const

export const inboundChapter: Chapter = {
  chapter: "Inbound",
  tests: [
    test("MUST read a text: who, to whom, and what", ["inboundText"], function* () {
      const { line } = yield* ProviderUnderTest
      const { id, received, webhooks } = yield* receive({ body: "Can she take it with food?" })
      assert.deepStrictEqual(received, [
        {
          _tag: "MessageReceived",
          providerMessageId: id,
          from: contact,
          to: line,
          text: "Can she take it with food?",
          attachments: [],
          providerKeyword: null
        }
      ] as unknown as typeof received)
      assert.lengthOf(webhooks, 1)
    }),

    test("MUST name both numbers in E.164", ["inboundText"], function* () {
      const { received } = yield* receive({ body: "hello" })
      for (const { from, to } of received) {
        assert.match(from, /^\+\d{7,15}$/)
        assert.match(to, /^\+\d{7,15}$/)
      }
      assert.lengthOf(received, 1)
    }),

    test("MUST say nothing to the sender by its answer", ["inboundText"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const { webhooks } = yield* receive({ body: "hello" })
      assert.isBelow(webhooks[0]!.status, 300)
      assert.isEmpty(simulator.ledger.replies)
      assert.isEmpty(simulator.ledger.sent)
    }),

    test("MUST keep letters of any script and emoji", ["unicodeAndEmoji"], function* () {
      const { received } = yield* receive({ body: MIXED })
      assert.strictEqual(received[0]?.text, MIXED)
    }),

    test("MUST read a text of several segments as one", ["concatenated"], function* () {
      const { received } = yield* receive({ body: LONG })
      assert.deepStrictEqual(
        received.map(({ text }) => text),
        [LONG]
      )
    }),

    test(
      "MUST read every attachment, in their order, with where and what it is",
      ["mmsWithTwoMedia"],
      function* () {
        const media = [
          { url: "https://media.example.com/one.jpg", contentType: "image/jpeg" },
          { url: "https://media.example.com/two.mp4", contentType: "video/mp4" }
        ]
        const { received } = yield* receive({ body: "Look at this", media })
        assert.strictEqual(received[0]?.text, "Look at this")
        assert.deepStrictEqual(
          received[0]?.attachments.map(({ type, url }) => ({ type, url })),
          [
            { type: "image", url: media[0]!.url },
            { type: "video", url: media[1]!.url }
          ]
        )
      },
      ["mms"]
    ),

    test(
      "MUST read a picture without a word",
      ["emptyBodyMms"],
      function* () {
        const media = [{ url: "https://media.example.com/one.png", contentType: "image/png" }]
        const { received } = yield* receive({ body: "", media })
        assert.strictEqual(received[0]?.text, "")
        assert.deepStrictEqual(
          received[0]?.attachments.map(({ url }) => url),
          [media[0]!.url]
        )
      },
      ["mms"]
    ),

    test("MUST keep a short code as it is", ["shortCodeSender"], function* () {
      const { received } = yield* receive({ body: "Your code is 1234", from: "72727" })
      assert.strictEqual(received[0]?.from as string, "72727")
    }),

    test("MUST keep a sender that is a name", ["alphanumericSender"], function* () {
      const { received } = yield* receive({ body: "Ready for pickup", from: "PHARMACY" })
      assert.strictEqual(received[0]?.from as string, "PHARMACY")
    }),

    test("MUST hand on a stop word like any text", ["stopWord"], function* () {
      const { received } = yield* receive({ body: "STOP" })
      assert.strictEqual(received[0]?.text, "STOP")
    }),

    ...keywords.map(([word, keyword]) =>
      test(
        `MUST say that the provider recognised ${word}`,
        ["providerHandledStop"],
        function* () {
          const { received } = yield* receive({ body: word })
          assert.strictEqual(received[0]?.providerKeyword, keyword)
        },
        ["named keywords"]
      )
    ),

    test("MUST give a webhook that comes twice the same id and account", ["inboundText"], function* () {
      const first = yield* receive({ body: "hello" })
      const second = yield* receive({ body: "hello", id: first.id })
      assert.strictEqual(second.received[0]?.providerMessageId, first.received[0]?.providerMessageId)
      const accounts = [...first.webhooks, ...second.webhooks].map(({ result }) =>
        result?._tag === "Success" ? result.success.account : null
      )
      assert.isNotEmpty(accounts[0])
      assert.strictEqual(new Set(accounts).size, 1)
    }),

    test("MUST NOT mind fields that it does not know", ["unknownParameter"], function* () {
      const { received } = yield* receive({ body: "hello", extra: { FieldOfTheFuture: "2031" } })
      assert.strictEqual(received[0]?.text, "hello")
    }),

    test("MUST bring a text for a short code of ours under that code, and answer 2xx", ["inboundText"], function* () {
      const { simulator } = yield* ProviderUnderTest
      const text = { from: "+13035550142", to: "72975", body: "hello" }
      const { answer } = yield* Effect.promise(() => simulator.receive(text))
      assert.isBelow(Number(answer), 300)
      const [event] = (yield* Receiver).events()
      assert.deepInclude<object>(event ?? {}, { _tag: "MessageReceived", to: "72975", text: "hello" })
    }),

    test("MUST take an event that it does not know, and make nothing of it", ["unknownEvent"], function* () {
      const { line, simulator } = yield* ProviderUnderTest
      const { answer } = yield* Effect.promise(() => simulator.deliver("unknownEvent", line))
      assert.isBelow(Number(answer), 300)
      assert.isEmpty((yield* Receiver).events())
    }),

    test(
      "MUST NOT blame the provider for what it cannot read itself: 5xx, so that it comes again",
      ["unreadableEvent"],
      function* () {
        const { line, simulator } = yield* ProviderUnderTest
        const { answer } = yield* Effect.promise(() => simulator.deliver("unreadableEvent", line))
        assert.isAtLeast(Number(answer), 500)
        const { delivered, events } = yield* Receiver
        assert.isEmpty(events())
        assert.isTrue(
          delivered.every(({ result }) => result !== null),
          "a defect is no answer"
        )
      }
    )
  ]
}
