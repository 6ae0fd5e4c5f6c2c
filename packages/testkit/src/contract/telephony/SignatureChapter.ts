/** Whom the adapter believes. A webhook that is not the provider's must never become an event. */
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { receive } from "./Given.ts"
import { hostileBodyTests } from "./HostileBodyTests.ts"
import * as Receiver from "./Receiver.ts"
import { neededBy } from "./Need.ts"
import type { Signing } from "../../simulators/core/Scenario.ts"
import { ProviderUnderTest } from "./Subject.ts"

const receiveSigned = Effect.fnUntraced(function* (signing: Signing) {
  const { simulator } = yield* ProviderUnderTest
  simulator.faults.everySigning(signing)
  return yield* receive({ body: "Héllo, is anybody there?" })
})

/** A webhook that the adapter believed, to be changed. */
const believed = Effect.map(receive({ body: "hello" }), ({ webhooks }) => webhooks[0]!)

const again = Effect.fnUntraced(function* (webhook: Receiver.Delivered, body: Uint8Array) {
  const { telephony } = yield* ProviderUnderTest
  return yield* Receiver.receive(telephony, webhook.kind, { ...webhook.request, body })
})

const assertRefused = ({ result }: Receiver.Delivered, what: string): void => {
  assert.strictEqual(result?._tag, "Failure", what)
  if (result?._tag === "Failure") {
    assert.oneOf(result.failure.reason._tag, ["InvalidSignature", "Unverifiable"], what)
  }
}

/** Whoever has the credentials is believed, so what cannot be read is taken for our own fault. */
const assertUnread = ({ result }: Receiver.Delivered, what: string): void => {
  assert.strictEqual(result?._tag, "Failure", what)
  if (result?._tag === "Failure") assert.strictEqual(result.failure.reason._tag, "MalformedWebhook", what)
}

export const signatureChapter: Chapter = {
  chapter: "Signature",
  tests: [
    test("MUST believe a webhook that the provider signed", ["inboundText"], function* () {
      const { received } = yield* receive({ body: "hello" })
      assert.lengthOf(received, 1)
    }),

    ...(["tamperedBody", "wrongKey", "malformedSignature"] as const).map((signing) =>
      test(
        `MUST refuse a webhook with ${signing}`,
        [signing],
        function* () {
          const { received, webhooks } = yield* receiveSigned(signing)
          assert.isEmpty(received)
          assert.isNotEmpty(webhooks)
          for (const webhook of webhooks) assertRefused(webhook, signing)
        },
        neededBy(signing)
      )
    ),

    test(
      "MUST refuse an unsigned webhook, as forged or to be signed and sent again",
      ["missingSignature"],
      function* (capabilities) {
        const { received, webhooks } = yield* receiveSigned("missingSignature")
        assert.isEmpty(received)
        assert.isNotEmpty(webhooks)
        for (const webhook of webhooks) {
          assertRefused(webhook, "missingSignature")
          assert.strictEqual(webhook.status, capabilities.webhooks.unsigned === "forged" ? 403 : 503)
        }
      }
    ),

    test("MUST believe either of two secrets while they are rotated", ["rotatedKey"], function* () {
      assert.lengthOf((yield* receiveSigned("rotatedKey")).received, 1)
      assert.lengthOf((yield* receiveSigned("unusualBytes")).received, 1)
    }),

    test(
      "MUST refuse a webhook that was signed too long ago",
      ["staleTimestamp"],
      function* () {
        const { received, webhooks } = yield* receiveSigned("staleTimestamp")
        assert.isEmpty(received)
        for (const webhook of webhooks) assertRefused(webhook, "staleTimestamp")
      },
      ["signed time"]
    ),

    test("MUST verify what came, and not what it reads in it", ["unusualBytes"], function* () {
      const { received } = yield* receiveSigned("unusualBytes")
      assert.strictEqual(received[0]?.text, "Héllo, is anybody there?")
    }),

    test(
      "MUST refuse a body that says the same in other bytes",
      ["inboundText"],
      function* () {
        const webhook = yield* believed
        const body = new Uint8Array([...webhook.request.body, 0x20])
        assertRefused(yield* again(webhook, body), "a space at its end")
      },
      ["signed bytes"]
    ),

    test(
      "MUST refuse a body with any one byte changed",
      ["inboundText"],
      function* () {
        const webhook = yield* believed
        for (let index = 0; index < webhook.request.body.length; index++) {
          const body = webhook.request.body.slice()
          body[index] = body[index]! ^ 0x01
          assertRefused(yield* again(webhook, body), `byte ${index}`)
        }
      },
      ["signed bytes"]
    ),

    test(
      "MUST refuse the signature of another webhook",
      ["inboundText"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const first = yield* believed
        const [second] = (yield* receive({ body: "something else" })).webhooks
        const mixed = yield* Receiver.receive(telephony, "sms", { ...second!.request, headers: first.request.headers })
        assertRefused(mixed, "another webhook's signature")
      },
      ["signed content"]
    ),

    test("MUST refuse, and not break on, whatever else is sent", ["inboundText"], function* (capabilities) {
      const { telephony } = yield* ProviderUnderTest
      const webhook = yield* believed
      const headers = Object.keys(webhook.request.headers)
      for (const value of ["", " ", "Bearer", "Bearer a.b.c", "0", "ÿ".repeat(64), "A".repeat(10_000)]) {
        const request = {
          ...webhook.request,
          headers: { ...Object.fromEntries(headers.map((name) => [name, value])), "content-length": "1" }
        }
        assertRefused(yield* Receiver.receive(telephony, "sms", request), value.slice(0, 20))
      }
      for (const body of [new Uint8Array(), new Uint8Array([0xff, 0xfe, 0x00])]) {
        const refused = yield* again(webhook, body)
        const what = `a body of ${body.length} bytes`
        if (capabilities.webhooks.signatureCovers === "nothing") assertUnread(refused, what)
        else assertRefused(refused, what)
      }
    }),

    ...hostileBodyTests
  ]
}
