/** The repository contract is worth what it notices: stores with a known fault have to fail it. */
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit } from "effect"
import { RepositoryContract } from "../src/contract/index.ts"
import { brokenStores } from "./brokenStores.ts"
import { memoryHarness } from "./memoryHarness.ts"

const { chapters, meets, Patience, run } = RepositoryContract

/** With a store that loses an event: the sooner it is noticed the better. */
const SHORT_PATIENCE = Duration.seconds(5)

/** The titles of the chapter's tests that the store of the harness fails. */
const failuresIn = Effect.fnUntraced(function* <R>(harness: RepositoryContract.Harness<R>, name: string) {
  const tests = chapters
    .filter(({ chapter }) => chapter === name)
    .flatMap((found) => found.tests)
    .filter(({ needs }) => needs.every((need) => meets(harness, need)))
  assert.isNotEmpty(tests, `there is a chapter "${name}"`)
  const exits = yield* Effect.forEach(tests, (test) => Effect.exit(run(harness, test)), { concurrency: "unbounded" })
  return tests.filter((_, index) => Exit.isFailure(exits[index]!)).map(({ title }) => title)
})

describe("the repository contract", () => {
  it.each(brokenStores.map((store) => [store.fault, store] as const))(
    "notices a store that %s",
    (_fault, { chapter, harness, noticedBy }) =>
      Effect.runPromise(
        Effect.map(failuresIn(harness, chapter), (titles) => assert.include(titles, noticedBy)).pipe(
          Effect.provideService(Patience, SHORT_PATIENCE)
        )
      )
  )

  it.live("finds no fault where there is none", () =>
    Effect.forEach(new Set(brokenStores.map(({ chapter }) => chapter)), (chapter) =>
      Effect.map(failuresIn(memoryHarness, chapter), (titles) => assert.deepStrictEqual(titles, []))
    )
  )

  it.live("finds none either where transactions may wait for each other", () =>
    Effect.forEach(
      brokenStores.filter(({ harness }) => harness.concurrentTransactions),
      ({ chapter, noticedBy }) =>
        Effect.map(failuresIn({ ...memoryHarness, concurrentTransactions: true }, chapter), (titles) =>
          assert.notInclude(titles, noticedBy)
        )
    )
  )

  it("has titles that say what a store must or should do, each only once in its chapter", () => {
    for (const { chapter, tests } of chapters) {
      const titles = tests.map(({ title }) => title)
      assert.strictEqual(new Set(titles).size, titles.length, chapter)
      for (const title of titles) assert.match(title, /^(MUST|SHOULD) /)
    }
  })
})
