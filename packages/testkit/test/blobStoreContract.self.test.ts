/** The blob store contract is worth what it notices: stores with a known fault have to fail it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { BlobStoreContract } from "../src/contract/index.ts"
import { brokenBlobStores, whole } from "./brokenBlobStores.ts"
import { memoryLayer, memorySubject } from "./memoryBlobs.ts"

const { chapters, reasonsToSkip, run, suite } = BlobStoreContract

const wholeSubject: BlobStoreContract.Subject = { ...memorySubject, name: "all", ranges: "single", outage: "shown" }

suite(wholeSubject, memoryLayer(whole))

/** The titles of the chapter's tests that a store fails. */
const failuresIn = Effect.fnUntraced(function* (layer: ReturnType<typeof memoryLayer>, name: string) {
  const tests = chapters.filter(({ chapter }) => chapter === name).flatMap((found) => found.tests)
  assert.isNotEmpty(tests, `there is a chapter "${name}"`)
  const exits = yield* Effect.forEach(tests, (test) => Effect.exit(run(layer, test)))
  return tests.filter((_, index) => Exit.isFailure(exits[index]!)).map(({ title }) => title)
})

describe("the blob store contract", () => {
  it.each(brokenBlobStores.map((store) => [store.fault, store] as const))(
    "notices a store that %s",
    (_fault, { alter, chapter, noticedBy }) =>
      Effect.runPromise(
        Effect.map(failuresIn(memoryLayer(alter), chapter), (titles) => assert.include(titles, noticedBy))
      )
  )

  it("leaves a test out for what a store declares only, and says for what", () => {
    const least: BlobStoreContract.Subject = { ...memorySubject, sniffing: "left_to_browser" }
    const tests = chapters.flatMap((chapter) => chapter.tests)
    assert.sameMembers(
      [...new Set(tests.flatMap((test) => reasonsToSkip(least, test)))],
      ["ranges is none", "sniffing is left_to_browser", "outage is not_shown"]
    )
    assert.isEmpty(tests.flatMap((test) => reasonsToSkip(wholeSubject, test)))
  })

  it("has titles that say what a store must or should do, each only once in its chapter", () => {
    for (const { chapter, tests } of chapters) {
      const titles = tests.map(({ title }) => title)
      assert.strictEqual(new Set(titles).size, titles.length, chapter)
      for (const title of titles) assert.match(title, /^(MUST|SHOULD) /)
    }
  })
})
