/**
 * The ports' own errors among what plain functions throw. They are told by their tags and made anew where they are of
 * another copy of `@careline/ports`, because a team may install two and their classes are not the same.
 */
import {
  Foreign,
  InvalidCursor,
  NumberTaken,
  StorageError,
  StoreConflict,
  StoreFault,
  StoreUnavailable,
  TelephonyError as Telephony
} from "@careline/ports"

type Fields = Readonly<Record<string, unknown>>
type Classes<E> = Readonly<Record<string, new (fields: never) => E>>

const FIELDS = ["message", "code", "constraint", "number", "capability", "retryAfterMillis", "operation", "provider"]

const fieldsOf = (error: unknown): Fields =>
  Object.fromEntries(
    FIELDS.map((field) => [field, Foreign.read(error, field)]).filter(([, value]) => value !== undefined)
  )

/** Ours of the error; `null` when it is none of them, or one that lacks something. */
const ours = <E>(classes: Classes<E>, error: unknown, nested: Fields = {}): E | null => {
  const tag = Foreign.readText(error, "_tag")
  const Class = Foreign.isError(error) && Object.hasOwn(classes, tag) ? classes[tag] : undefined
  if (Class === undefined) return null
  if (error instanceof Class) return error
  try {
    return new Class({ ...fieldsOf(error), ...nested } as never)
  } catch {
    return null
  }
}

const storeReasons: Classes<StorageError["reason"]> = { StoreUnavailable, StoreConflict, StoreFault }

/** An error of a store, or the reason of one. */
export const ownStorageError = (operation: string, error: unknown): StorageError | null => {
  const reason = ours(storeReasons, error)
  if (reason !== null) return new StorageError({ operation, reason })
  return ours<StorageError>({ StorageError }, error, { reason: ours(storeReasons, Foreign.read(error, "reason")) })
}

/** What only some operations fail with. */
export const ownRefusal = (error: unknown): InvalidCursor | NumberTaken | null =>
  ours<InvalidCursor | NumberTaken>({ InvalidCursor, NumberTaken }, error)

const { InvalidSignature, MalformedWebhook, NotFound, RateLimited, Refused } = Telephony
const { TelephonyError, Unauthorised, Unavailable, Unsupported, Unverifiable } = Telephony

const telephonyReasons: Classes<Telephony.TelephonyErrorReason> = {
  InvalidSignature,
  MalformedWebhook,
  NotFound,
  RateLimited,
  Refused,
  Unauthorised,
  Unavailable,
  Unsupported,
  Unverifiable
}

/** An error of a provider, or the reason of one. */
export const ownTelephonyError = (
  provider: string,
  operation: string,
  error: unknown
): Telephony.TelephonyError | null => {
  const reason = ours(telephonyReasons, error)
  if (reason !== null) return new TelephonyError({ provider, operation, reason })
  return ours<Telephony.TelephonyError>({ TelephonyError }, error, {
    reason: ours(telephonyReasons, Foreign.read(error, "reason"))
  })
}
