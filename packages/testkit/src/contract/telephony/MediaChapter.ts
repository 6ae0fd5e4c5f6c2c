/** Pictures that come with texts. Their URLs stand in a webhook, and are believed no more than any other URL. */
import { Effect } from "effect"
import { assert } from "vitest"
import { type Chapter, test } from "./Chapter.ts"
import { receive } from "./Given.ts"
import { ProviderUnderTest } from "./Subject.ts"
import { elsewhere } from "./voice/Elsewhere.ts"

const BYTES = new Uint8Array(Array.from({ length: 5_000 }, (_, index) => index % 256))
const ENOUGH = 1024 * 1024

/** Somebody texts a picture, by the URL that the adapter reads. */
const picture = Effect.fnUntraced(function* (contentType: string) {
  const { simulator } = yield* ProviderUnderTest
  const url = simulator.hostMedia({ bytes: BYTES, contentType })
  const { received } = yield* receive({ body: "", media: [{ url, contentType }] })
  return received[0]?.attachments[0]?.url ?? ""
})

export const mediaChapter: Chapter = {
  chapter: "Media",
  tests: [
    test(
      "MUST fetch what came with a text byte for byte, with its type",
      ["emptyBodyMms"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        for (const type of ["image/png", "audio/mpeg", "application/pdf"]) {
          const { bytes, contentType } = yield* telephony.media.fetch(yield* picture(type), ENOUGH)
          assert.isTrue(Buffer.from(bytes).equals(Buffer.from(BYTES)), type)
          assert.strictEqual(contentType?.split(";")[0], type)
        }
      },
      ["media"]
    ),

    test(
      "MUST NOT read more than it may",
      ["emptyBodyMms"],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const url = yield* picture("image/png")
        const { reason } = yield* Effect.flip(telephony.media.fetch(url, BYTES.length - 1))
        assert.strictEqual(reason._tag, "Refused")
        assert.lengthOf((yield* telephony.media.fetch(url, BYTES.length)).bytes, BYTES.length)
      },
      ["media"]
    ),

    test(
      "MUST refuse the URL of any other host, and ask nobody for it",
      ["emptyBodyMms"],
      function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { simulator, telephony } = yield* ProviderUnderTest
            const trap = yield* elsewhere
            const url = yield* picture("image/png")
            const { host, pathname, search } = new URL(url)
            const before = simulator.ledger.requests.length
            const forged = [
              "",
              "not a URL",
              trap.url,
              `${trap.url}${pathname}${search}`,
              `${trap.url}/?${host}`,
              `http://${host}@${trap.url.slice("http://".length)}${pathname}`,
              "http://127.0.0.1:1/",
              "https://169.254.169.254/latest/meta-data",
              "https://localhost/",
              "file:///etc/passwd",
              "data:image/png;base64,AAAA"
            ]
            for (const one of forged) {
              const fetched = yield* Effect.flip(telephony.media.fetch(one, ENOUGH))
              assert.oneOf(fetched.reason._tag, ["Refused", "NotFound"], one)
              yield* Effect.exit(telephony.media.delete(one))
            }
            assert.deepStrictEqual(trap.asked, [])
            assert.lengthOf(simulator.ledger.requests, before)
          })
        )
      },
      ["media"]
    ),

    test(
      "MUST delete what came with a text where the provider keeps it, and say so where it does not",
      ["emptyBodyMms"],
      function* ({ media }) {
        const { telephony } = yield* ProviderUnderTest
        const url = yield* picture("image/png")
        if (media === "expiring") {
          assert.strictEqual((yield* Effect.flip(telephony.media.delete(url))).reason._tag, "Unsupported")
          return
        }
        yield* telephony.media.delete(url)
        assert.strictEqual((yield* Effect.flip(telephony.media.fetch(url, ENOUGH))).reason._tag, "NotFound")
        yield* telephony.media.delete(url)
      },
      ["media"]
    )
  ]
}
