/** Callers who withhold their number are one, however their network writes it. */
import { assert, describe, it } from "vitest"
import { ANONYMOUS, callerOf } from "../src/index.ts"

describe("A caller", () => {
  it.each([
    "",
    "  ",
    "anonymous",
    "Anonymous",
    "RESTRICTED",
    "+266696687",
    "sip:anonymous@anonymous.invalid",
    "x".repeat(300)
  ])("who is written %j is anonymous", (written) => assert.strictEqual(callerOf(written), ANONYMOUS))

  it.each(["+13035550123", "+2666966871", "72345", "sip:front.desk@clinic.example"])(
    "who is written %j is known by it",
    (written) => assert.strictEqual<string>(callerOf(` ${written} `), written)
  )
})
