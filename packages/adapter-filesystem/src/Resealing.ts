/** All files of a directory, one after the other: after a key was changed, or once sealing is switched on. */
import type { KeyEncryption } from "@careline/ports"
import { Effect } from "effect"
import { during } from "./Failure.ts"
import * as Folder from "./Folder.ts"
import * as Writing from "./Writing.ts"

export const all = (directory: string, keys: KeyEncryption.KeyEncryption) =>
  during("blobs.reseal")(Folder.files(directory)).pipe(
    Effect.flatMap(Effect.forEach((file) => Writing.reseal(directory, keys, file))),
    Effect.map((changed) => changed.filter(Boolean).length)
  )
