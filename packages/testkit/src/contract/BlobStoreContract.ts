/**
 * What a store of recordings and pictures has to do, wherever it keeps them: the promise of the `BlobStore` port, as tests.
 *
 * An adapter's own test file calls `suite` with what it declares and with a store, and passes. Only what is declared leaves
 * a test out, and the skipped test says why.
 */
import { describe, it } from "@effect/vitest"
import type { Layer } from "effect"
import { type Chapter, reasonsToSkip, run, type Services } from "./blobs/Chapter.ts"
import { contentChapter } from "./blobs/ContentChapter.ts"
import { fileNamesChapter } from "./blobs/FileNamesChapter.ts"
import { keysChapter } from "./blobs/KeysChapter.ts"
import { linksChapter } from "./blobs/LinksChapter.ts"
import { outageChapter } from "./blobs/OutageChapter.ts"
import { rangesChapter } from "./blobs/RangesChapter.ts"
import type { Subject } from "./blobs/Subject.ts"

export { type Chapter, type ContractTest, type Need, reasonsToSkip, run, type Services } from "./blobs/Chapter.ts"
export { type BlobStoreParts, BlobStoreUnderTest, layer, type Subject } from "./blobs/Subject.ts"

/** Every test of the contract. */
export const chapters: ReadonlyArray<Chapter> = [
  contentChapter,
  keysChapter,
  linksChapter,
  fileNamesChapter,
  rangesChapter,
  outageChapter
]

/** Registers the contract with vitest. */
export const suite = (subject: Subject, layer: Layer.Layer<Services, unknown>): void => {
  describe(`${subject.name}: blob store contract`, () => {
    for (const { chapter, tests } of chapters) {
      describe(chapter, () => {
        for (const test of tests) {
          const reasons = reasonsToSkip(subject, test)
          if (reasons.length > 0) it.skip(`${test.title} [${reasons.join("; ")}]`)
          else it.live(test.title, () => run(layer, test))
        }
      })
    }
  })
}
