/**
 * Detects the type of an attachment from its bytes, and whether staff may open it. A sender's word counts for nothing here:
 * a page that calls itself a picture would run in the browser of whoever opens it.
 */
import { Attachment } from "@careline/domain"
import { Effect, Option, Predicate } from "effect"
import { fileTypeFromBuffer } from "file-type"

export const PNG = "image/png"
export const JPEG = "image/jpeg"
export const GIF = "image/gif"
export const WEBP = "image/webp"
export const HEIC = "image/heic"
export const HEIF = "image/heif"
export const WAV = "audio/wav"
export const MPEG_AUDIO = "audio/mpeg"
export const OGG = "audio/ogg"
export const AAC = "audio/aac"
export const AMR = "audio/amr"
export const MP4_AUDIO = "audio/mp4"
export const THREE_GPP_AUDIO = "audio/3gpp"
export const THREE_GPP2_AUDIO = "audio/3gpp2"
export const WEBM_AUDIO = "audio/webm"
export const MP4 = "video/mp4"
export const THREE_GPP = "video/3gpp"
export const THREE_GPP2 = "video/3gpp2"
export const QUICKTIME = "video/quicktime"
export const WEBM = "video/webm"
export const PDF = "application/pdf"
export const VCARD = "text/vcard"
export const PLAIN_TEXT = "text/plain"

export interface MediaType {
  /** Without parameters: `audio/wav`. */
  readonly contentType: string
  readonly attachmentType: Attachment.Attachment["type"]
  /** What is kept: text in UTF-8, whatever it came in, and everything else as it came. */
  readonly bytes: Uint8Array
}

/** What may be opened, by the names that the library has for it. Whatever is not here is refused. */
const allowed: ReadonlyMap<string, string> = new Map([
  ...[PNG, JPEG, GIF, WEBP, HEIC, HEIF, WAV, MPEG_AUDIO, OGG, AAC, AMR, MP4_AUDIO].map((type) => [type, type] as const),
  ...[MP4, THREE_GPP, THREE_GPP2, QUICKTIME, WEBM, PDF, VCARD].map((type) => [type, type] as const),
  ["image/apng", PNG],
  ["audio/ogg; codecs=opus", OGG],
  ["audio/x-m4a", MP4_AUDIO],
  ["video/x-m4v", MP4]
])

/** Containers begin in the same way with pictures in them and without: here alone the sender is asked. */
const withoutPictures: ReadonlyMap<string, string> = new Map([
  [MP4, MP4_AUDIO],
  [THREE_GPP, THREE_GPP_AUDIO],
  [THREE_GPP2, THREE_GPP2_AUDIO],
  [WEBM, WEBM_AUDIO]
])

/** Fails for a character set that nobody knows (WHATWG Encoding), and for bytes that it has not. */
const decodeText = Option.liftThrowable((bytes: Uint8Array, charset: string) =>
  new TextDecoder(charset, { fatal: true }).decode(bytes)
)

const CHARSET = /;\s*charset\s*=\s*"?([\w.:+-]+)"?/i

/** The text in the character set that its sender names; in UTF-8 where they name none, as MMS has it unless told otherwise. */
const textOf = (bytes: Uint8Array, declared: string | null): Option.Option<string> =>
  decodeText(bytes, CHARSET.exec(declared ?? "")?.[1] ?? "utf-8")

/** Control characters but for tabs and the ends of lines and pages: no text has them. */
const CONTROL = /[\u0000-\u0008\u000b\u000e-\u001f\u007f]/
const CARD = /^BEGIN:VCARD\s/i
/** Markup, scripts, and documents that are programs (PostScript, RTF), by what they begin with. "<3" is a heart. */
const NOT_PLAIN = /^(<[a-z!/?]|#!|%!|%PDF|\{\\rtf)/i

const textType = (text: string | null): string | null => {
  if (text === null || text === "" || CONTROL.test(text)) return null
  const start = text.trimStart()
  if (CARD.test(start)) return VCARD
  return NOT_PLAIN.test(start) ? null : PLAIN_TEXT
}

const encoder = new TextEncoder()

const ofBytes = (bytes: Uint8Array, text: string | null): Effect.Effect<string | null> =>
  Effect.tryPromise(() => fileTypeFromBuffer(bytes)).pipe(
    // Bytes that the library stumbles over are none that it knows.
    Effect.orElseSucceed(() => undefined),
    // Its shortest signatures are words: a text may begin with "BM".
    Effect.map((found) => allowed.get(found?.mime ?? "") ?? textType(text))
  )

/**
 * `null` for what must not be opened (markup, programs, archives) and for what nobody knows. `declared` is the sender's
 * media type; it only tells sound from film in a container that may hold either, and in which character set a text is.
 */
export const sniff = (bytes: Uint8Array, declared: string | null): Effect.Effect<MediaType | null> => {
  const text = Option.getOrNull(textOf(bytes, declared))
  return Effect.map(ofBytes(bytes, text), (found) => {
    if (Predicate.isNull(found)) return null
    const isSound = declared?.trim().toLowerCase().startsWith("audio/") === true
    const contentType = (isSound ? withoutPictures.get(found) : undefined) ?? found
    const isText = found === PLAIN_TEXT || found === VCARD
    const kept = isText && text !== null ? encoder.encode(text) : bytes
    return { contentType, attachmentType: Attachment.typeOf(contentType), bytes: kept }
  })
}
