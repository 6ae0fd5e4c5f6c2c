/** What a browser does with the content of a link, and the name that it saves it by (RFC 6266). */
import { MediaType } from "@careline/ports"

/** What a file is called whose name has no letter left. */
const NAMELESS = "file"

/** The longest name that file systems take, in characters, with room for what a browser appends. */
const MAX_CHARACTERS = 120

/** What a browser plays or draws. SVG is no picture here: it runs scripts. */
const SHOWN = /^(audio|video)\/[^+]+$|^image\/(avif|bmp|gif|heic|heif|jpeg|png|tiff|webp)$/

/** Parts of paths, and what is not seen: control characters, marks that turn the direction of writing, halves of letters. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}/\\]/gu

/** The name that is left of a file's name: of one part, with all its letters to be seen, not too long, never empty. */
export const nameOf = (fileName: string): string => {
  const name = [...fileName.replace(UNSAFE, "_").trim()].slice(0, MAX_CHARACTERS).join("").trim()
  return /[^_.\s]/.test(name) ? name : NAMELESS
}

/**
 * As a quoted string that every browser reads alike: they disagree about `%` and about escapes. The package of this name
 * (content-disposition) leaves the quotes out where it may.
 */
const quoted = (name: string): string => `"${name.replace(/[^\x20-\x7e]|["%\\]/gu, "_")}"`

/** As an extended value (RFC 8187, 3.2.1). */
const extended = (name: string): string =>
  `UTF-8''${encodeURIComponent(name).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
  )}`

/**
 * The value of the header. Recordings and pictures are shown in place, everything else is saved: never `inline` is what a
 * browser would run. The name is given twice where it needs more than ASCII has, and can neither end the header nor lead
 * out of a folder.
 */
export const of = (fileName: string, contentType: string): string => {
  const disposition = SHOWN.test(MediaType.of(contentType)) ? "inline" : "attachment"
  const name = nameOf(fileName)
  const plain = quoted(name)
  return `${disposition}; filename=${plain}${plain === `"${name}"` ? "" : `; filename*=${extended(name)}`}`
}
