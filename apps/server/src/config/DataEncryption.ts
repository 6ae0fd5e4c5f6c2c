/**
 * Which keys wrap those that encrypt patient data in the database and in the media directory. `DATA_ENCRYPTION_KEYS` names
 * them; a host with a database of its own makes one where none is named, and keeps it in its data directory.
 */
import { createHash } from "node:crypto"
import { join } from "node:path"
import { KeyEncryption } from "@careline/ports"
import { Effect, Redacted } from "effect"
import { keptSecret } from "./KeptSecret.ts"

/** `file`: a key in the data directory. `off`: the disks are encrypted otherwise. */
export type DataEncryption = "off" | "file" | readonly [KeyEncryption.NamedKey, ...Array<KeyEncryption.NamedKey>]

const FILE = "data-key"

/** A key is named by itself: another one in its place is another one by name. */
const idOf = (key: Uint8Array): string => `file-${createHash("sha256").update(key).digest("hex").slice(0, 8)}`

/** `id:key`, the key as base64 of 32 bytes; `null` for anything else. */
const readKey = (text: string): KeyEncryption.NamedKey | null => {
  const [, id, encoded] = /^([\w-]{1,40}):([A-Za-z0-9+/_-]{43}=?)$/.exec(text.trim()) ?? []
  if (id === undefined || encoded === undefined) return null
  const key = Buffer.from(encoded, "base64")
  return key.length === KeyEncryption.KEY_BYTES ? { id, key: Redacted.make(key) } : null
}

/** A list of keys with names of their own, the first of which wraps; `null` for what is none. */
export const readKeys = (text: string): Exclude<DataEncryption, "off" | "file"> | null => {
  const keys = text.split(",").map(readKey)
  const [first, ...others] = keys.filter((key) => key !== null)
  const ids = new Set(keys.map((key) => key?.id))
  return first === undefined || keys.includes(null) || ids.size < keys.length ? null : [first, ...others]
}

/** What wraps data keys on this host; `null` where nothing is encrypted. */
export const open = Effect.fnUntraced(function* (encryption: DataEncryption, dataDirectory: string) {
  if (encryption === "off") return null
  if (encryption !== "file") return KeyEncryption.make(encryption)
  const kept = yield* keptSecret(join(dataDirectory, FILE))
  const key = Buffer.from(kept, "hex")
  return KeyEncryption.make([{ id: idOf(key), key: Redacted.make(key) }])
})
