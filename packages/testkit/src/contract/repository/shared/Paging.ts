/** Pages of a list: every one of them, and what each list of the newest first owes whoever goes through it. */
import type { Page } from "@careline/ports"
import { assert } from "@effect/vitest"
import { type DateTime, Effect } from "effect"
import { idsOf, sameSet } from "./Compare.ts"

/** More pages than a chapter has items: a list that goes on and on fails, and does not hang. */
const MAX_PAGES = 100

/** Every page of a list, from the first to the last. */
export const walk = Effect.fnUntraced(function* <A, E, R>(
  list: (cursor: string | null) => Effect.Effect<Page<A>, E, R>
) {
  const pages = [yield* list(null)]
  while (true) {
    const cursor = pages.at(-1)!.nextCursor
    if (cursor === null) return pages
    pages.push(yield* list(cursor))
    assert.isBelow(pages.length, MAX_PAGES, "paging has to come to an end")
  }
})

/** Checks that the pages show each item exactly once, the newest first, and that all but the last are full. */
export const eachOnceNewestFirst = <A, T extends { readonly id: string }>(
  pages: ReadonlyArray<Page<A>>,
  {
    expected,
    itemOf,
    limit,
    timeOf
  }: {
    readonly expected: ReadonlyArray<{ readonly id: string }>
    readonly itemOf: (shown: A) => T
    readonly timeOf: (item: T) => DateTime.Utc
    readonly limit: number
  }
): void => {
  const shown = pages.flatMap(({ items }) => items.map(itemOf))
  assert.strictEqual(shown.length, expected.length)
  sameSet(idsOf(shown), idsOf(expected))
  const times = shown.map((item) => timeOf(item).epochMilliseconds)
  assert.deepStrictEqual(
    times,
    times.toSorted((left, right) => right - left)
  )
  for (const { items } of pages.slice(0, -1)) assert.strictEqual(items.length, limit)
}
