/** What the words of a template ask for: carrier words to reply with, links, and how to opt out. */

/** The text with its placeholders blanked, so that places stay and no name of a variable is read as a word. */
const wordsOnly = (text: string): string => text.replace(/\{\{[^}]*\}\}/g, (tag) => " ".repeat(tag.length))

/**
 * Words that carriers and providers act on themselves, by which nobody may be asked to answer: who replies CANCEL or END opts out,
 * and who replies YES opts in (CTIA Messaging Principles, 5.1; Twilio, "Support for opt-out keywords"). STOP and HELP say what they do.
 */
const CARRIER_WORDS = "cancel|end|quit|revoke|remove|optout|opt out|stopall|stop all|yes"

const VERBS =
  "reply|respond|text|send|answer|type|responda|responde|conteste|contesta|env[ií]e|env[ií]a|escriba|escribe"

/** Right after what asks for a reply, in any case and quotes; or in capitals in the same sentence, but for "X TO CANCEL". */
const ASKED_DIRECTLY = new RegExp(
  `\\b(?:${VERBS})(?:\\s+(?:with|back|us|con|by))*\\s*[:"'“”‘’]*\\s*["'“‘]?(${CARRIER_WORDS})\\b`,
  "giu"
)
const SENTENCE = /[^.!?\n]+/gu
const ASKS = new RegExp(`\\b(?:${VERBS})\\b`, "iu")
const IN_CAPITALS = new RegExp(`(?<!\\b(?:to|para|TO|PARA)\\s)\\b(${CARRIER_WORDS.toUpperCase()})\\b`, "gu")

/** Words that the text asks to be answered with and that carriers act on, with their places. */
export const replyWordsOf = (text: string): ReadonlyArray<{ readonly word: string; readonly at: number }> => {
  const words = wordsOnly(text)
  const found = new Map<number, string>()
  for (const match of words.matchAll(ASKED_DIRECTLY)) {
    found.set(match.index + match[0].length - match[1]!.length, match[1]!.toUpperCase())
  }
  for (const sentence of words.matchAll(SENTENCE)) {
    if (!ASKS.test(sentence[0])) continue
    for (const match of sentence[0].matchAll(IN_CAPITALS)) found.set(sentence.index + match.index, match[1]!)
  }
  return [...found].map(([at, word]) => ({ at, word })).toSorted((one, other) => one.at - other.at)
}

/** Phones make a link of these, scheme or not. */
const COMMON_DOMAINS =
  "com|org|net|edu|gov|info|io|co|us|me|ly|gl|app|link|page|health|care|clinic|doctor|dental|online|site"

const LINK = new RegExp(
  `(?<![\\w@.-])(?:(?:https?://|www\\.)((?:[a-z0-9-]+\\.)*[a-z0-9-]+)|((?:[a-z0-9-]+\\.)+(?:${COMMON_DOMAINS}))(?![\\w-]|\\.\\w))`,
  "giu"
)

/** Links in the text, by their host, with their places. */
export const linksOf = (text: string): ReadonlyArray<{ readonly host: string; readonly at: number }> =>
  [...wordsOnly(text).matchAll(LINK)].map((match) => ({
    host: (match[1] ?? match[2] ?? "").toLowerCase(),
    at: match.index
  }))

/** Whether the text says how to opt out. */
export const speaksOfOptOut = (text: string): boolean => /\b(?:stop|unsubscribe|alto|parar)\b/iu.test(text)
