/** Refusals on record: what somebody may fill a log with, and what nobody may. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric } from "effect"
import { TestClock } from "effect/testing"
import { noteRefusal } from "../src/index.ts"
import { layerTally } from "../src/access/Refusals.ts"

interface Line {
  readonly message: string
  readonly level: string
  readonly timestamp: string
  readonly annotations: Readonly<Record<string, unknown>>
}

/** What is logged, read as JSON, with a tally of the test's own. */
const recorded = <A, E>(test: (lines: ReadonlyArray<Line>) => Effect.Effect<A, E>) =>
  Effect.suspend(() => {
    const lines: Array<Line> = []
    const logger = Logger.layer([Logger.map(Logger.formatJson, (text) => void lines.push(JSON.parse(text)))])
    return test(lines).pipe(Effect.provide(layerTally), Effect.provide(Layer.mergeAll(logger)))
  })

const stranger = (address: string) =>
  noteRefusal({ operation: "webhook.sms", status: 503, user: null, address, detail: { provider: "vonage" } })

const counts = (lines: ReadonlyArray<Line>) => lines.map(({ annotations }) => [annotations.address, annotations.count])

describe("Refusals", () => {
  it.effect("of one stranger make one line a minute, with a count of all of them", () =>
    recorded(
      Effect.fnUntraced(function* (lines) {
        for (let webhook = 0; webhook < 500; webhook++) yield* stranger("198.51.100.7")
        yield* stranger("198.51.100.8")
        assert.deepStrictEqual(counts(lines), [
          ["198.51.100.7", 1],
          ["198.51.100.8", 1]
        ])
        yield* TestClock.adjust("1 minute")
        // Nobody else has to be refused for it to be told.
        assert.deepStrictEqual(counts(lines).slice(2), [["198.51.100.7", 499]])
        yield* TestClock.adjust("10 minutes")
        assert.lengthOf(lines, 3)
        yield* stranger("198.51.100.7")
        assert.deepStrictEqual(counts(lines).slice(3), [["198.51.100.7", 1]])
      })
    )
  )

  it.effect("of a user are told one by one, and all are counted", () =>
    recorded(
      Effect.fnUntraced(function* (lines) {
        const operation = crypto.randomUUID()
        const refusal = { operation, status: 403, address: "198.51.100.7" }
        for (let request = 0; request < 3; request++) yield* noteRefusal({ ...refusal, user: "nurse" })
        for (let request = 0; request < 3; request++) yield* noteRefusal({ ...refusal, user: null })
        assert.deepStrictEqual(
          lines.map(({ annotations }) => annotations.user),
          ["nurse", "nurse", "nurse", undefined]
        )
        const counted = (yield* Metric.snapshot).find(({ attributes }) => attributes?.operation === operation)
        assert.deepInclude(counted, { id: "careline_refusals_total", state: { count: 6, incremental: true } })
      })
    )
  )

  it.effect("are lines of JSON with a whole timestamp, below the level of errors", () =>
    recorded(
      Effect.fnUntraced(function* (lines) {
        yield* stranger("198.51.100.7")
        assert.strictEqual(lines[0]!.level, "WARN")
        assert.strictEqual(new Date(lines[0]!.timestamp).toISOString(), lines[0]!.timestamp)
      })
    )
  )
})
