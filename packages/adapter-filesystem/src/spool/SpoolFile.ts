/** How events that wait stand in one file: a line of JSON about the bytes, and after it the bytes, which are JSON too. */
import { type IncomingEvent, type KeyEncryption, type StorageError, TelephonyEvent } from "@careline/ports"
import { Effect, Schema } from "effect"
import { sha256Of } from "../blobs/BlobFile.ts"
import { damaged } from "../files/Failure.ts"
import * as FileEncryption from "../blobs/FileEncryption.ts"

const NEW_LINE = 0x0a
const OPERATION = "spool.take"

const Header = Schema.fromJsonString(
  Schema.Struct({
    /** Of the bytes as they lie in the file. */
    sha256: Schema.String,
    /** What opens the bytes; absent where they stand as they are. */
    seal: Schema.optionalKey(FileEncryption.FileKey)
  })
)
const encodeHeader = Schema.encodeSync(Header)
const decodeHeader = Schema.decodeUnknownEffect(Header)

const Events = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      provider: Schema.String,
      account: Schema.String,
      event: TelephonyEvent,
      receivedAt: Schema.optional(Schema.DateTimeUtcFromString)
    })
  )
)
const encodeEvents = Schema.encodeSync(Events)
const decodeEvents = Schema.decodeUnknownEffect(Events)

/** A file that is renamed to another one's place does not open. */
const contextOf = (name: string): string => `spool ${name}`

/** The whole file of that name. */
export const write = Effect.fnUntraced(function* (
  keys: KeyEncryption.KeyEncryption | null,
  name: string,
  events: ReadonlyArray<IncomingEvent>
): Effect.fn.Return<Uint8Array, StorageError> {
  const bytes = new TextEncoder().encode(encodeEvents(events))
  const encrypted = keys === null ? null : yield* FileEncryption.encrypt(keys, contextOf(name), bytes)
  const stored = encrypted?.stored ?? bytes
  const header = encodeHeader({ sha256: sha256Of(stored), ...(encrypted === null ? {} : { seal: encrypted.fileKey }) })
  return Buffer.concat([new TextEncoder().encode(`${header}\n`), stored])
})

/** The events in a file of that name. Fails where it is not as it was written, or its key is not known here. */
export const read = (
  keys: KeyEncryption.KeyEncryption | null,
  name: string,
  file: Uint8Array
): Effect.Effect<ReadonlyArray<IncomingEvent>, StorageError> =>
  Effect.gen(function* () {
    const end = file.indexOf(NEW_LINE)
    const { seal, sha256 } = yield* decodeHeader(new TextDecoder().decode(file.subarray(0, Math.max(end, 0))))
    const stored = file.subarray(end + 1)
    if (sha256Of(stored) !== sha256 || (seal !== undefined && keys === null))
      return yield* Effect.fail(damaged(OPERATION))
    const bytes = seal === undefined ? stored : yield* FileEncryption.decrypt(keys!, contextOf(name), seal, stored)
    return yield* decodeEvents(new TextDecoder().decode(bytes))
  }).pipe(Effect.mapError((error) => (error._tag === "StorageError" ? error : damaged(OPERATION))))
