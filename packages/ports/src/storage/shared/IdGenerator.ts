/** New ids for the model. The default makes UUIDv7, which sort by age; a store with keys of its own draws them there. */
import { Context, Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import type { StorageError } from "./StorageError.ts"

const webCryptoBytes = (size: number): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(size))

/** What an id is for: a store may draw each kind from another sequence. */
export type IdKind =
  | "thread"
  | "message"
  | "send"
  | "attempt"
  | "phoneNumber"
  | "pendingAssignment"
  | "call"
  | "bridgeRequest"
  | "mediaImport"
  | "breakGlass"
  | "template"
  | "notification"
  | "directoryEntry"

/** Makes ids. The domain makes none. */
export class IdGenerator extends Context.Service<
  IdGenerator,
  {
    /** `count` new ids of one kind, in ascending order. */
    readonly next: (kind: IdKind, count: number) => Effect.Effect<ReadonlyArray<string>, StorageError>
  }
>()("careline/ports/IdGenerator") {
  static readonly layerUuidV7: Layer.Layer<IdGenerator> = Layer.sync(IdGenerator, () => {
    const random = SecureRandom.make(webCryptoBytes)
    return IdGenerator.of({ next: (_kind, count) => Effect.replicateEffect(random.uuidV7(), count) })
  })
}
