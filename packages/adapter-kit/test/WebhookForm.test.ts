/** The form of a webhook, before anybody knows who sent it. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { WebhookForm } from "../src/index.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const formOf = (parameters: number) => bytes(Array.from({ length: parameters }, (_, at) => `p${at}=`).join("&"))

describe("The form of a webhook", () => {
  test.prop([fc.array(fc.tuple(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" })), { maxLength: 40 })])(
    "is read as it was written",
    (pairs) => {
      const written = new URLSearchParams(pairs)
      assert.deepStrictEqual([...(WebhookForm.read(bytes(written.toString())) ?? [])], [...written])
    }
  )

  it("is not read when it has more parameters than any provider sends", () => {
    assert.strictEqual(WebhookForm.read(formOf(WebhookForm.MAX_PARAMETERS))?.size, WebhookForm.MAX_PARAMETERS)
    assert.isNull(WebhookForm.read(formOf(WebhookForm.MAX_PARAMETERS + 1)))
    assert.isNull(WebhookForm.read(bytes("a=1&b=2&c=3"), 2))
  })
})
