/**
 * How one blob stands in one file: a line of JSON that says what it is, and after it the bytes. What describes the bytes
 * cannot be lost apart from them. `tail -n +2` gives the bytes, of a directory that is not encrypted.
 */
import type { BlobKey } from "@careline/domain"
import { BlobInfo } from "@careline/ports"
import { Option, Schema } from "effect"
import { createHash } from "node:crypto"
import { FileKey } from "./FileEncryption.ts"

/** More than the longest first line: a key of 200 characters, a media type of 255, names and digits, and a wrapped key. */
export const MAX_HEADER_BYTES = 2048

const NEW_LINE = 0x0a

const Header = Schema.fromJsonString(
  Schema.Struct({
    ...BlobInfo.fields,
    /** What opens the bytes; absent where they stand as they are. */
    seal: Schema.optionalKey(FileKey)
  })
)
const decode = Schema.decodeUnknownOption(Header)
const encode = Schema.encodeSync(Header)

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** What the encryption of a blob is bound to. */
export const contextOf = (key: BlobKey): string => `blob ${key}`

/** The first line, with its end. */
export const header = (info: BlobInfo, fileKey: FileKey | null): Uint8Array =>
  new TextEncoder().encode(`${encode(fileKey === null ? info : { ...info, seal: fileKey })}\n`)

export interface Described {
  readonly info: BlobInfo
  readonly fileKey: FileKey | null
  /** Where the bytes begin. */
  readonly offset: number
}

/** What the beginning of a file says of it. None where it is no blob, or not that of `key`. */
export const describe = (key: BlobKey | null, beginning: Uint8Array): Option.Option<Described> => {
  const end = beginning.indexOf(NEW_LINE)
  if (end < 0) return Option.none()
  return decode(new TextDecoder().decode(beginning.subarray(0, end))).pipe(
    Option.filter((found) => key === null || found.key === key),
    Option.map(({ seal: fileKey = null, ...info }) => ({ fileKey, info, offset: end + 1 }))
  )
}
