/** The chapter "Parts" of the blob store contract. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "./Chapter.ts"
import * as Given from "./Given.ts"

const SIZE = 1000

export const rangesChapter: Chapter = {
  chapter: "Parts",
  tests: [
    test(
      "MUST serve the part that a player asks for",
      function* () {
        const { bytes, key } = yield* Given.kept(SIZE)
        const url = yield* Given.link(key)
        const parts = [
          ["bytes=0-1", 0, 2],
          ["bytes=990-", 990, SIZE],
          ["bytes=-10", 990, SIZE],
          ["bytes=500-5000", 500, SIZE],
          ["bytes=0-", 0, SIZE]
        ] as const
        for (const [range, start, end] of parts) {
          const answer = yield* Given.follow(url, { range })
          assert.strictEqual(answer.status, 206, range)
          assert.strictEqual(answer.headers.get("content-range"), `bytes ${start}-${end - 1}/${SIZE}`)
          assert.strictEqual(answer.headers.get("content-length"), String(end - start))
          assert.strictEqual(answer.headers.get("content-type"), "audio/wav")
          Given.sameBytes(answer.bytes, bytes.slice(start, end))
        }
      },
      ["ranges"]
    ),

    test(
      "MUST say that parts may be asked for, and how many bytes there are when none are there to give",
      function* () {
        const { bytes, key } = yield* Given.kept(SIZE)
        const url = yield* Given.link(key)
        const { headers } = yield* Given.serves(url, bytes)
        assert.strictEqual(headers.get("accept-ranges"), "bytes")
        const beyond = yield* Given.follow(url, { range: `bytes=${SIZE}-` })
        assert.strictEqual(beyond.status, 416)
        assert.strictEqual(beyond.headers.get("content-range"), `bytes */${SIZE}`)
      },
      ["ranges"]
    ),

    test(
      "MUST refuse parts too by a link that was altered",
      function* () {
        const { bytes, key } = yield* Given.kept(SIZE)
        const url = new URL(yield* Given.link(key))
        const other = yield* Effect.map(Given.kept(SIZE), (kept) => kept.key)
        url.pathname = url.pathname.replace(key, other)
        const answer = yield* Given.follow(url.href, { range: "bytes=0-99" })
        assert.include([400, 401, 403], answer.status)
        assert.isFalse(Given.holds(answer.bytes, bytes.slice(0, 100)))
      },
      ["ranges"]
    )
  ]
}
