/** The blob store contract is worth what it notices: stores with a known fault have to fail it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { BlobStoreContract } from "../src/contract/index.ts"
import { blobFaults, whole } from "./faults/blobs.ts"
import { faultsIn, unclearTitles } from "./faults/Fault.ts"
import { memoryLayer, memorySubject } from "./memoryBlobs.ts"

const { chapters, reasonsToSkip, run, suite } = BlobStoreContract

const wholeSubject: BlobStoreContract.Subject = { ...memorySubject, name: "all", ranges: "single", outage: "shown" }

suite(wholeSubject, memoryLayer(whole))

const faults = faultsIn(blobFaults, chapters)

describe("the blob store contract", () => {
  it.each(faults.map((one) => [one.fault, one] as const))("notices a store that %s", (_fault, { broken, test }) =>
    Effect.runPromise(
      Effect.map(Effect.exit(run(memoryLayer(broken), test)), (exit) => assert.isTrue(Exit.isFailure(exit)))
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

  it("has titles that say what a store must or should do, each only once in its chapter", () =>
    assert.isEmpty(unclearTitles(chapters)))
})
