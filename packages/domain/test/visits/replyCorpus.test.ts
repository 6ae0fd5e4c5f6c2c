import { assert, describe, it } from "vitest"
import { ReplyIntent } from "../../src/index.ts"
import { cancels, confirms, nothing, reschedules } from "./replyCorpus.ts"

const intentOf = (text: string): string | null => {
  const reply = ReplyIntent.parse(text)
  return reply._tag === "Intent" ? reply.intent : reply._tag === "Unclear" || reply._tag === "None" ? null : reply._tag
}

describe("A corpus of answers to reminders", () => {
  it("is acted on where it is an answer, and where it is none nothing is done", () => {
    const meant = [
      ...confirms.map((text) => [text, "confirm"] as const),
      ...reschedules.map((text) => [text, "reschedule"] as const),
      ...cancels.map((text) => [text, "cancel"] as const)
    ]
    assert.isAtLeast(meant.length + nothing.length, 300)
    assert.isAtLeast(nothing.length, 150)
    const missed = meant.filter(([text, intent]) => intentOf(text) !== intent).map(([text]) => text)
    const mistaken = nothing.filter((text) => intentOf(text) !== null)
    const recall = (meant.length - missed.length) / meant.length
    process.stdout.write(
      `${meant.length} answers: recall ${recall.toFixed(3)}; ${nothing.length} others: ${mistaken.length} false actions\n`
    )
    assert.deepStrictEqual(mistaken, [])
    assert.deepStrictEqual(missed, [])
  })
})
