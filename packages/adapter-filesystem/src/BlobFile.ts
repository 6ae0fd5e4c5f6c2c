/**
 * How one blob stands in one file: a line of JSON that says what it is, and after it the bytes. What describes the bytes
 * cannot be lost apart from them. `tail -n +2` gives the bytes.
 */
import type { BlobKey } from "@careline/domain"
import { BlobInfo } from "@careline/ports"
import { Option, Schema } from "effect"
import { createHash } from "node:crypto"

/** More than the longest first line: a key of 200 characters, a media type of 255, names and digits. */
export const MAX_HEADER_BYTES = 1024

const NEW_LINE = 0x0a

const Header = Schema.fromJsonString(BlobInfo)
const decode = Schema.decodeUnknownOption(Header)
const encode = Schema.encodeSync(Header)

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** The first line, with its end. */
export const header = (info: BlobInfo): Uint8Array => new TextEncoder().encode(`${encode(info)}\n`)

export interface Described {
  readonly info: BlobInfo
  /** Where the bytes begin. */
  readonly offset: number
}

/** What the beginning of a file says of it. None where it is no blob, or another one's. */
export const describe = (key: BlobKey, beginning: Uint8Array): Option.Option<Described> => {
  const end = beginning.indexOf(NEW_LINE)
  if (end < 0) return Option.none()
  return Option.filter(decode(new TextDecoder().decode(beginning.subarray(0, end))), (info) => info.key === key).pipe(
    Option.map((info) => ({ info, offset: end + 1 }))
  )
}
