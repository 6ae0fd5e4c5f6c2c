/** What the example claims of each rule is so. */
import type { Change } from "@careline/domain"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"
import { back, front, settings } from "../src/given.ts"
import { after, alarm, before, first, moved, refused, reply, second } from "../src/main.ts"

const texts = (changes: ReadonlyArray<Change>) =>
  changes.flatMap((change) => (change._tag === "SendQueued" ? [`${change.send.from} → ${change.send.to}`] : []))

describe("The rules without Effect services, database or provider", () => {
  it("open one thread, lock it, and answer once", () => {
    assert.strictEqual(second.state.thread.id, first.state.thread.id)
    assert.strictEqual(second.state.thread.phoneNumberId, front.id)
    assert.strictEqual(second.state.thread.lastContactedNumberId, back.id)
    assert.deepStrictEqual(texts(first.changes), ["+12025550100 → +13035550123"])
    assert.deepStrictEqual(texts(second.changes), [])
  })

  it("escalate to whoever is on call", () => {
    assert.deepStrictEqual(texts(alarm), [`+12025550100 → ${settings.escalationPhoneNumbers[0]}`])
  })

  it("let no number go that threads answer from, and have them follow the next one", () => {
    assert.isTrue(Result.isFailure(refused))
    assert.strictEqual(moved.phoneNumberId, back.id)
  })

  it("text nobody who said STOP", () => {
    assert.strictEqual(before._tag, "SendNow")
    assert.deepStrictEqual(after, { _tag: "Refuse", reason: "recipient_opted_out" })
  })

  it("send a reply from the thread's number and end the alarm", () => {
    assert.deepStrictEqual(texts(reply.changes), ["+12025550101 → +13035550123"])
    assert.strictEqual(reply.thread.escalation.state, "idle")
  })

  it("take about twenty lines, and no Effect but its data", () => {
    const source = readFileSync(join(import.meta.dirname, "../src/main.ts"), "utf8")
    const code = source.split("\n").filter((line) => line.trim() !== "" && !/^(\/\/|\/\*\*|import)/.test(line.trim()))
    assert.isAtMost(code.length, 22)
    assert.deepStrictEqual(
      [...source.matchAll(/import \{(.*)\} from "effect"/g)].map(([, names]) => names?.trim()),
      ["DateTime"]
    )
  })
})
