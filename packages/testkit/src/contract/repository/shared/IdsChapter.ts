/** The chapter "Ids" of the repository contract. */
import { IdGenerator } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"

const kinds = ["thread", "message", "send", "attempt", "phoneNumber"] as const

const MAX_ID_LENGTH = 128

const next = (kind: (typeof kinds)[number], count: number) =>
  Effect.flatMap(IdGenerator, (ids) => ids.next(kind, count))

export const idsChapter: Chapter = {
  chapter: "Ids",
  tests: [
    test("MUST give as many ids as are asked for, of a form that the model takes", function* () {
      for (const kind of kinds) {
        for (const count of [0, 1, 100]) {
          const ids = yield* next(kind, count)
          assert.strictEqual(ids.length, count)
          for (const id of ids) assert.isTrue(id.length > 0 && id.length <= MAX_ID_LENGTH, `the id ${id}`)
        }
      }
    }),

    test("MUST never give an id of a kind twice, to many at once as well", function* () {
      for (const kind of kinds) {
        const ids = yield* Effect.replicateEffect(next(kind, 20), 10, { concurrency: "unbounded" })
        assert.strictEqual(new Set(ids.flat()).size, 200)
      }
    }),

    test("MUST never give an id again that a failed transaction drew", function* () {
      const drawn = yield* Given.peek(next("thread", 5))
      const later = yield* next("thread", 5)
      assert.strictEqual(new Set([...drawn, ...later]).size, 10)
    })
  ]
}
