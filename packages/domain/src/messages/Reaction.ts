/**
 * Reactions that phones send as texts: tapbacks of iPhones (`Liked “…”`) and reactions of Google Messages (`👍 to “…”`), in English
 * and Spanish, added and taken back. They ask for nothing, so they alarm nobody. Only the forms of the phones count: a
 * text that merely begins like one is a text.
 */
import type { MessageId } from "../shared/Ids.ts"
import type { Message } from "./Message.ts"
import type { MessageReaction } from "./MessageReaction.ts"

/** What somebody felt about a message. */
export interface Reaction {
  readonly emoji: string
  /** Whether it is taken back. */
  readonly isRemoved: boolean
  /** The words that it is about, as the phone quotes them; `null` for a picture, a recording or the like. */
  readonly quote: string | null
}

const LIKE = "👍"
const DISLIKE = "👎"
const HEART = "❤️"
const LAUGH = "😂"
const EXCLAMATION = "‼️"
const QUESTION = "❓"

/** How the phones say it, by the beginning of the text, without accents. */
const added: ReadonlyArray<readonly [verb: string, emoji: string]> = [
  ["liked", LIKE],
  ["disliked", DISLIKE],
  ["loved", HEART],
  ["laughed at", LAUGH],
  ["emphasized", EXCLAMATION],
  ["questioned", QUESTION],
  ["le gusto", LIKE],
  ["no le gusto", DISLIKE],
  ["le encanto", HEART],
  ["le dio risa", LAUGH],
  ["se rio de", LAUGH],
  ["exclamo por", EXCLAMATION],
  ["enfatizo", EXCLAMATION],
  ["destaco", EXCLAMATION],
  ["dudo sobre", QUESTION],
  ["cuestiono", QUESTION],
  ["pregunto por", QUESTION]
]

const removed: ReadonlyArray<readonly [thing: string, emoji: string]> = [
  ["a like", LIKE],
  ["a dislike", DISLIKE],
  ["a heart", HEART],
  ["a laugh", LAUGH],
  ["an exclamation", EXCLAMATION],
  ["an exclamation mark", EXCLAMATION],
  ["a question mark", QUESTION],
  ["un me gusta", LIKE],
  ["un no me gusta", DISLIKE],
  ["un corazon", HEART],
  ["un me encanta", HEART],
  ["una risa", LAUGH],
  ["un signo de exclamacion", EXCLAMATION],
  ["una exclamacion", EXCLAMATION],
  ["un signo de interrogacion", QUESTION],
  ["una interrogacion", QUESTION]
]

const emojiOf = new Map(added)
const removedEmojiOf = new Map(removed)

const oneOf = (words: Iterable<string>): string =>
  [...words].toSorted((one, other) => other.length - one.length).join("|")

const EMOJI = String.raw`\p{RGI_Emoji}`
/** What is not quoted, because it has no words. */
const THING = oneOf([
  "an image|a photo|a picture|a movie|a video|an attachment|an audio message|a sticker|a link|a contact|a location|a file",
  "una imagen|una foto|una pelicula|un video|un archivo adjunto|un mensaje de audio|un sticker|un enlace|un contacto"
])
const ABOUT = String.raw`(?:["“«](?<quote>[\s\S]*)["”»]|(?:${THING}))`

const patterns: ReadonlyArray<RegExp> = [
  `(?<verb>${oneOf(emojiOf.keys())}) ${ABOUT}`,
  `(?:removed|quito|elimino) (?:(?<thing>${oneOf(removedEmojiOf.keys())})|(?<emojiRemoved>${EMOJI})) (?:from|de|a) ${ABOUT}`,
  `(?:reacted|reacciono con) (?<emoji>${EMOJI}) (?:to|a) ${ABOUT}`,
  `(?<emoji>${EMOJI}) (?:to|a) ${ABOUT}`
].map((pattern) => new RegExp(`^${pattern}$`, "v"))

/** A text that is longer is none: phones cut what they quote. */
const MAX_LENGTH = 2_000

/** Google Messages frames its emoji and quotes with hair spaces and zero-width spaces. */
const INVISIBLE = /[\u200A-\u200C\u200E\u200F\u2060\uFEFF]/g

const unframed = (text: string): string =>
  text
    .replace(INVISIBLE, "")
    .trim()
    .replace(/[ \u00A0]+/g, " ")

/** In small letters and without accents, letter for letter: places in it are places in the text. */
const folded = (text: string): string =>
  Array.from(text, (letter) => {
    const plain = letter
      .normalize("NFD")
      .replace(/[\u0300-\u036F]/g, "")
      .toLowerCase()
    return plain.length === letter.length ? plain : letter
  }).join("")

/** The reaction that a whole text is; `null` for any other text. */
export const parse = (text: string): Reaction | null => {
  if (text.length > MAX_LENGTH) return null
  const whole = unframed(text)
  const words = folded(whole)
  for (const pattern of patterns) {
    const groups = pattern.exec(words)?.groups
    if (groups === undefined) continue
    const { emoji, emojiRemoved, quote, thing, verb } = groups
    const isRemoved = thing !== undefined || emojiRemoved !== undefined
    const shown = emoji ?? emojiRemoved ?? emojiOf.get(verb ?? "") ?? removedEmojiOf.get(thing ?? "")
    if (shown === undefined) continue
    return { emoji: shown, isRemoved, quote: quote === undefined ? null : whole.slice(-1 - quote.length, -1).trim() }
  }
  return null
}

/** The reaction as the message carries it. */
export const inMessage = ({ emoji, isRemoved }: Reaction, messageId: MessageId | null): MessageReaction => ({
  emoji,
  isRemoved,
  messageId
})

/** Quotes are compared without what phones change in them: blanks, invisible marks, and an end that is cut off. */
const comparable = (text: string): string => text.replace(INVISIBLE, "").replace(/\s+/g, " ").trim()

const CUT = /(?:…|\.\.\.)$/

/** The message that a reaction is about, among some of its thread, the newest first. */
export const target = (
  { quote }: Reaction,
  messages: ReadonlyArray<Pick<Message, "attachments" | "content" | "direction" | "id">>
): MessageId | null => {
  const isMeant = (message: Pick<Message, "attachments" | "content">): boolean => {
    if (quote === null) return message.attachments.length > 0
    const content = comparable(message.content)
    const quoted = comparable(quote)
    return CUT.test(quoted) ? content.startsWith(quoted.replace(CUT, "").trimEnd()) : content === quoted
  }
  // People react to what they are told; to their own words they do so too.
  const found = messages.find((one) => one.direction === "outbound" && isMeant(one)) ?? messages.find(isMeant)
  return found?.id ?? null
}
