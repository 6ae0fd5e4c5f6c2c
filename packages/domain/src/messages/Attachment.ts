/** What hangs on a message: a picture, a recording, a file. */
import { Schema } from "effect"
import { BlobKey } from "../shared/Ids.ts"

/**
 * Why something could not be had. `not_found`: the provider has it no more. `refused`: the provider does not give it out, or it
 * is too large. `unsafe_type`: no browser or phone should open it. `unavailable`: the provider could not be reached for as long
 * as was tried.
 */
export const FailureReason = Schema.Literals(["not_found", "refused", "unsafe_type", "unavailable"])
export type FailureReason = typeof FailureReason.Type

export const Attachment = Schema.Struct({
  type: Schema.Literals(["image", "audio", "video", "file"]),
  /**
   * Where it is. Within Careline `blob:<key>` for what is kept in the BlobStore; whoever reads a message over an API gets a
   * link that expires in its place. `null` for what could not be fetched, or may not be shown.
   */
  url: Schema.NullOr(Schema.String),
  mimeType: Schema.NullOr(Schema.String),
  /** Seconds, of what is listened to or watched. */
  duration: Schema.optionalKey(Schema.NullOr(Schema.Int)),
  /** Why there is no `url`. */
  failureReason: Schema.optionalKey(FailureReason)
})
export type Attachment = typeof Attachment.Type

/** What kind of attachment a media type (`image/png`), or the first part of one, names. */
export const typeOf = (mediaType: string | null): Attachment["type"] => {
  const kind = mediaType?.split("/")[0]
  return kind === "image" || kind === "audio" || kind === "video" ? kind : "file"
}

/** How a phone is to lay a message out (SMIL, OMA MMS Conformance 1.2): instructions, and nothing that anybody sent. */
const LAYOUT_TYPE = /^application\/smil(?:\+xml)?\s*(?:;|$)/i
const LAYOUT_FILE = /\.smil?(?:[?#].*)?$/i

/** Whether it is something that somebody sent, and not what their phone adds to say how to show it. */
export const isContent = ({ mimeType, url }: Pick<Attachment, "mimeType" | "url">): boolean =>
  mimeType === null ? !LAYOUT_FILE.test(url ?? "") : !LAYOUT_TYPE.test(mimeType)

const SCHEME = "blob:"

/** How a message refers to what is kept under the key. */
export const urlOf = (key: BlobKey): string => SCHEME + key

const isBlobKey = Schema.is(BlobKey)

/** The key that a URL of a message refers to; `null` for any other URL. */
export const keyOf = (url: string | null): BlobKey | null => {
  if (url === null || !url.startsWith(SCHEME)) return null
  const key = url.slice(SCHEME.length)
  return isBlobKey(key) ? key : null
}

const typesByExtension: Readonly<Record<string, Attachment["type"]>> = {
  gif: "image",
  jpeg: "image",
  jpg: "image",
  mp3: "audio",
  mp4: "video",
  png: "image",
  wav: "audio",
  webp: "image"
}

/** Something on the web; the name of the file tells its kind. */
export const onTheWeb = (url: string): Attachment => {
  const extension = /\.(\w+)(?:[?#].*)?$/.exec(url)?.[1]?.toLowerCase() ?? ""
  return { type: typesByExtension[extension] ?? "file", url, mimeType: null }
}
