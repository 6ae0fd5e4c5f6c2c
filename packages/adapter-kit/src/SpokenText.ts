/** Splits text for speech: each voice of a provider takes only so much at once. */

/** A character that XML 1.0 has no place for (W3C XML 1.0, 2.2), and halves of a pair. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/** The text as it can stand in an XML document, with a space for what cannot. Escaping is left to whoever writes the document. */
export const forXml = (text: string): string => text.replace(NOT_XML, " ")

const NOT_IN_URL = /[\s\p{Cc}\p{Noncharacter_Code_Point}]/gu

/** A URL as it can stand in a document: what no URL holds is escaped (RFC 3986, 2.1), and halves of a pair are replaced. */
export const forUrl = (url: string): string => url.toWellFormed().replace(NOT_IN_URL, encodeURIComponent)

/** The first of a provider's languages that is this one, or else one of another region; `null` when it speaks neither. */
export const nearest = (languages: ReadonlyArray<string>, language: string): string | null => {
  const baseOf = (tag: string) => tag.split("-")[0]
  return (
    languages.find((known) => known === language) ??
    languages.find((known) => baseOf(known) === baseOf(language)) ??
    null
  )
}

/** As few parts as hold all pieces in their order, with `between` between two of a part. A piece that does not fit stands alone. */
const pack = (pieces: Iterable<string>, between: string, fits: (part: string) => boolean): ReadonlyArray<string> => {
  const parts: Array<string> = []
  for (const piece of pieces) {
    const longer = parts.length === 0 ? null : `${parts.at(-1)}${between}${piece}`
    if (longer === null || !fits(longer)) parts.push(piece)
    else parts[parts.length - 1] = longer
  }
  return parts
}

/**
 * The text in parts that each fit, to be spoken one after the other; none when there is nothing to say. Parts end between
 * words, and within one only where it alone is too long.
 */
export const inParts = (text: string, fits: (part: string) => boolean): ReadonlyArray<string> => {
  const words = text
    .split(/\s+/)
    .filter((word) => word !== "")
    .flatMap((word) => (fits(word) ? [word] : pack(word, "", fits)))
  return pack(words, " ", fits)
}
