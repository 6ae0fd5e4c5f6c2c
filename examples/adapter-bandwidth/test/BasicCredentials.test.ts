/** Who may call back. */
import { assert, describe, it } from "@effect/vitest"
import * as BasicCredentials from "../src/BasicCredentials.ts"

const both = ["careline:first", "careline:second"]
const base64 = (text: string) => Buffer.from(text).toString("base64")

describe("BasicCredentials", () => {
  it("writes the example of RFC 7617", () => {
    assert.strictEqual(BasicCredentials.header("Aladdin:open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
  })

  it("lets in with either of two credentials, and with the scheme in any case", () => {
    for (const one of both) assert.isTrue(BasicCredentials.isAny(BasicCredentials.header(one), both))
    assert.isTrue(BasicCredentials.isAny(`basic ${base64(both[0]!)}`, both))
  })

  it("lets nobody in with anything else", () => {
    const others = [
      undefined,
      "",
      "Basic",
      "Basic ",
      both[0],
      `Bearer ${base64(both[0]!)}`,
      `Basic ${base64("careline:firs")}`,
      `Basic ${base64("careline:first ")}`,
      `Basic ${base64("Careline:first")}`,
      `Basic ${base64(both[0]!)}\u0000`
    ]
    for (const other of others) assert.isFalse(BasicCredentials.isAny(other, both), String(other))
  })

  it("lets nobody in when no credentials are known", () => {
    assert.isFalse(BasicCredentials.isAny(BasicCredentials.header(":"), []))
  })
})
