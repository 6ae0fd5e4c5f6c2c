/** What kind of content something is, as HTTP and MIME name it: `audio/wav`. */

/** Bytes of which no more is known (RFC 2046, 4.5.1). */
export const UNKNOWN = "application/octet-stream"

/** A name as it may be registered (RFC 6838, 4.2): nothing in it can end a header or begin another one. */
const NAME = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/** The media type in lower case and without parameters, `UNKNOWN` for a text that is none. */
export const of = (text: string): string => {
  const name = text.split(";", 1)[0]!.trim().toLowerCase()
  return NAME.test(name) ? name : UNKNOWN
}
