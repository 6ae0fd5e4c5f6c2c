/**
 * Removes uploads of staff that no message took in time. The store is told before the bytes go, so that no message takes what
 * is being removed, and again after it: a crash in between leaves uploads that are removed once more.
 */
import { BlobStore, MediaUploads, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { asSystem } from "../access/Access.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"

const REMOVED_AT_ONCE = 4

const removeBatch = Effect.gen(function* () {
  const { uploadKept, uploadsPerBatch } = yield* Limits
  const { transact } = yield* Transaction
  const uploads = yield* MediaUploads
  const blobs = yield* BlobStore
  const before = DateTime.subtractDuration(yield* DateTime.now, uploadKept)
  const keys = yield* transact(uploads.expire({ before, limit: uploadsPerBatch }))
  const gone = yield* Effect.filter(
    keys,
    (key) =>
      blobs.remove(key).pipe(
        Effect.as(true),
        Effect.catchCause((cause) =>
          Effect.as(Effect.logWarning("An upload could not be removed", describeFault(cause)), false)
        )
      ),
    { concurrency: REMOVED_AT_ONCE }
  )
  yield* transact(uploads.removed(gone))
  return gone.length
})

/** Removes all that have waited too long. Returns how many; what could not be removed waits for the next time. */
export const removeUploads = Effect.fn("removeUploads")(function* () {
  const { uploadsPerBatch } = yield* Limits
  let count = 0
  let last = 0
  do {
    last = yield* removeBatch
    count += last
  } while (last === uploadsPerBatch)
  return count
}, asSystem)
