/** Where an error was thrown is told without a word of what it says. */
import { assert, describe, it } from "vitest"
import { placeOf } from "../src/index.ts"

const WORDS = "My pain began\n    at five (this/morning.ts:5:30)\nat 5:30\n    at Ana (+13035550123:1:1)"

class Renamed extends Error {}

const errors: Readonly<Record<string, () => Error>> = {
  "with words that look like a stack": () => new Error(WORDS),
  "without a name": () => Object.assign(new Error(WORDS), { name: "" }),
  "with the name of a class": () => Object.assign(new Renamed(WORDS), { name: "Renamed" }),
  "whose words are its name": () => Object.assign(new Error("x"), { name: WORDS }),
  "that was given other words afterwards": () => {
    const error = new Error(WORDS)
    assert.include(error.stack, "Ana")
    return Object.assign(error, { message: `insert into messages: ${WORDS}` })
  },
  "that was given another name afterwards": () => {
    const error = new Error(WORDS)
    assert.include(error.stack, "Ana")
    return Object.assign(error, { name: "DatabaseError" })
  },
  "that lost its words afterwards": () => {
    const error = new Error(WORDS)
    assert.include(error.stack, "Ana")
    return Object.assign(error, { message: "", name: "" })
  },
  "with what was the cause behind its stack": () => {
    const error = new Error("wrapped")
    return Object.assign(error, { stack: `${error.stack}\nCaused by: Error: ${WORDS}\n${error.stack}` })
  },
  "with a stack of others' making": () => Object.assign(new Error("x"), { stack: `Error: ${WORDS}` })
}

describe("The place of an error", () => {
  it.each(Object.entries(errors))("says nothing of one %s", (_, make) => {
    const place = placeOf(make(), 20)
    assert.notMatch(place, /pain|five|morning|5:30|Ana|3035550123/)
  })

  it.each(["", "one line", WORDS])("has as many frames as are asked for, behind %j", (message) => {
    assert.match(placeOf(new TypeError(message), 1), /^TypeError at [^\n]*StackFrames\.test\.ts:\d+:\d+\)?$/)
    assert.strictEqual(placeOf(new TypeError(message), 3).match(/:\d+:\d+/g)?.length, 3)
  })

  it("is found behind a name that came later, a code, or none", () => {
    const later = new Renamed(WORDS)
    assert.include(later.stack, "Ana")
    assert.include(placeOf(Object.assign(later, { name: "Renamed" }), 1), "StackFrames.test")
    assert.include(placeOf(Object.assign(new Error("x"), { name: "" }), 1), "Error at ")
    assert.match(placeOf(nodeError(), 1), /^TypeError at /)
  })

  it("is none of what is not an error, or cannot be read", () => {
    assert.strictEqual(placeOf(WORDS, 1), "not an error")
    const sealed = Object.defineProperties(new Error(WORDS), {
      name: { get: refuse },
      stack: { get: refuse },
      message: { get: refuse }
    })
    assert.strictEqual(placeOf(sealed, 1), "Error")
  })
})

const refuse = (): never => {
  throw new Error("a getter")
}

const nodeError = (): Error => {
  try {
    return assert.fail(Buffer.from(1 as never).toString())
  } catch (error) {
    return error as Error
  }
}
