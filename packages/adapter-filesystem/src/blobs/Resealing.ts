/** All files of a directory, one after the other: after a key was changed, or once sealing is switched on. */
import type { KeyEncryption } from "@careline/ports"
import { Effect, Exit } from "effect"
import { during } from "../files/Failure.ts"
import * as Folder from "./Folder.ts"
import * as Writing from "./Writing.ts"

/** A file that cannot be sealed anew is left as it is, and counted. */
export const all = Effect.fnUntraced(function* (directory: string, keys: KeyEncryption.KeyEncryption) {
  const files = yield* during("blobs.reseal")(Folder.files(directory))
  const outcomes = yield* Effect.forEach(files, (file) => Effect.exit(Writing.reseal(directory, keys, file)))
  const left = outcomes.filter(Exit.isFailure).length
  if (left > 0) {
    yield* Effect.logWarning("Files could not be sealed under the current key: keep the keys that they have").pipe(
      Effect.annotateLogs({ files: left })
    )
  }
  return outcomes.filter((outcome) => Exit.isSuccess(outcome) && outcome.value).length
})
