/** What a contract has to notice: faults by chapter, each with words of the title of the one test that has to fail. */
import { assert } from "@effect/vitest"

/** By chapter, then by "what it does wrong → words of the title", something that has the fault. */
export type FaultTable<T> = Readonly<Record<string, Readonly<Record<`${string} → ${string}`, T>>>>

interface Test {
  readonly title: string
}

interface Chapter<T extends Test> {
  readonly chapter: string
  readonly tests: ReadonlyArray<T>
}

/** Titles that name no promise, or that another test of the chapter has as well. */
export const unclearTitles = (chapters: ReadonlyArray<Chapter<Test>>): ReadonlyArray<string> =>
  chapters
    .map(({ tests }) => tests.map(({ title }) => title))
    .flatMap((titles) => titles.filter((title, nth) => !/^(MUST|SHOULD) /.test(title) || titles.indexOf(title) !== nth))

/** The faults of a table, each with the test that has to notice it. */
export const faultsIn = <B, T extends Test>(table: FaultTable<B>, chapters: ReadonlyArray<Chapter<T>>) =>
  Object.entries(table).flatMap(([chapter, faults]) => {
    const tests = chapters.filter((one) => one.chapter === chapter).flatMap((one) => one.tests)
    return Object.entries(faults).map(([name, broken]) => {
      const [fault = "", words = ""] = name.split(" → ")
      const [test, ...others] = tests.filter(({ title }) => title.includes(words))
      assert.isTrue(test !== undefined && others.length === 0, `"${words}" has to be of one title of "${chapter}"`)
      return { chapter, fault, test: test!, broken }
    })
  })
