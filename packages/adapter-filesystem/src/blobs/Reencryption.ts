/** Encrypts all files of a directory under the current key, one after the other: after a key was changed, or once encryption is on. */
import type { KeyEncryption } from "@careline/ports"
import { Effect, Exit } from "effect"
import { during } from "../files/Failure.ts"
import * as Folder from "./Folder.ts"
import * as Writing from "./Writing.ts"

/** A file that cannot be encrypted anew is left as it is, and counted. */
export const all = Effect.fnUntraced(function* (directory: string, keys: KeyEncryption.KeyEncryption) {
  const files = yield* during("blobs.reencrypt")(Folder.files(directory))
  const outcomes = yield* Effect.forEach(files, (file) => Effect.exit(Writing.reencrypt(directory, keys, file)))
  const left = outcomes.filter(Exit.isFailure).length
  if (left > 0) {
    yield* Effect.logWarning("Files could not be encrypted under the current key: keep the keys that they have").pipe(
      Effect.annotateLogs({ files: left })
    )
  }
  return outcomes.filter((outcome) => Exit.isSuccess(outcome) && outcome.value).length
})
