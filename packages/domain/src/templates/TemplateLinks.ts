/** Links in a text, and the hosts that they lead to. */
import { SOME_VALUE, wordsOnly } from "./TemplateWords.ts"

/** Phones make a link of these, scheme or not. */
const COMMON_DOMAINS =
  "com|org|net|edu|gov|info|io|co|us|me|ly|gl|app|link|page|health|care|clinic|doctor|dental|online|site|biz|ru|cn|xyz|top|tv|cc|club|shop|store|tk|ml|ga|cf|gq|vip|icu|dev|ai|uk|ca|mx|br|eu|su|website|click"

const LABELS = "(?:[\\p{L}\\p{N}-]+\\.)+"

/** An address with its scheme or `www.`, up to its path; a host of a common domain; any host with a path. */
const LINK = new RegExp(
  `(?<![\\p{L}\\p{N}_@.-])(?:(?:https?://|www\\.)([^\\s/?#]*)|(${LABELS}(?:${COMMON_DOMAINS})(?:\\.[a-z]{2})?)(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])|(${LABELS}\\p{L}{2,})(?=/[^\\s/]))`,
  "giu"
)

/** The host of an address: what stands before `@` is a name, and what follows `:` a port. */
const hostOf = (authority: string): string =>
  authority
    .slice(authority.lastIndexOf("@") + 1)
    .replace(/[.,;:!?)\]'"”’»]+$/u, "")
    .replace(/:\d+$/, "")
    .replace(new RegExp(`${SOME_VALUE}+`, "g"), "…")
    .toLowerCase()

/** Links in the text, by their host, with their places. */
export const linksOf = (text: string): ReadonlyArray<{ readonly host: string; readonly at: number }> =>
  [...wordsOnly(text).matchAll(LINK)].map((match) => ({
    host: hostOf(match[1] ?? match[2] ?? match[3] ?? ""),
    at: match.index
  }))
