/** What a fault says in a log: where it was, and nothing that anybody wrote. */
import { StorageError, StoreFault } from "@careline/ports"
import { Cause } from "effect"
import { assert, describe, it } from "vitest"
import { describeFault } from "../src/index.ts"

describe("A fault", () => {
  it("says where a defect was, and not a word of it", () => {
    const defect = new TypeError("My pain began\nat 5 this morning\n    at Ana (+13035550123:1:1)")
    const words = describeFault(Cause.die(defect))
    assert.match(words, /^defect TypeError at .*Fault\.test/)
    assert.notMatch(words, /pain|morning|Ana|3035550123/)
    assert.notInclude(describeFault(Cause.die("+13035550123")), "3035550123")
    assert.notInclude(describeFault(Cause.die(Object.assign(new Error("x"), { name: "Ana Smith" }))), "Ana")
  })

  it("says what a typed error says, whose words are ours", () => {
    const error = new StorageError({ operation: "timers.claimDue", reason: new StoreFault({ message: "22P02" }) })
    assert.strictEqual(describeFault(Cause.fail(error)), "StorageError: timers.claimDue: 22P02")
  })
})
