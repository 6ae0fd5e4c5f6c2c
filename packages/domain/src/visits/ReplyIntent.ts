/**
 * Reads what a patient answers to a reminder. The whole message has to be made of known phrases: a question, a condition or a word
 * that is not known makes it one for a person to read. Carrier words are never an answer.
 */
import * as Consent from "../contacts/Consent.ts"
import { aboutVisits, agreeing, allOf, courtesies, type Intent, phrases, pictures } from "./replyLexicon.ts"

export type { Intent } from "./replyLexicon.ts"

/** One of several visits, by the number that a question gave it; `null`: what the question was asked about. */
export interface Choice {
  readonly number: number
  readonly intent: Intent | null
}

export type Reply =
  | { readonly _tag: "Intent"; readonly intent: Intent }
  | { readonly _tag: "Choices"; readonly choices: ReadonlyArray<Choice> }
  | { readonly _tag: "All"; readonly intent: Intent | null }
  /** It seems to be about a visit, and says nothing that may be acted on. */
  | { readonly _tag: "Unclear" }
  | { readonly _tag: "None" }

const UNCLEAR: Reply = { _tag: "Unclear" }
const NONE: Reply = { _tag: "None" }

/** Longer messages say more than an answer. */
const MAX_LENGTH = 120
/** Words beside courtesies. */
const MAX_WORDS = 6

type Meaning = Intent | "agree" | "courtesy"

/** Every phrase by its words. */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...courtesies.map((phrase) => [phrase, "courtesy"] as const),
  ...agreeing.map((phrase) => [phrase, "agree"] as const),
  ...(Object.entries(phrases) as ReadonlyArray<readonly [Intent, ReadonlyArray<string>]>).flatMap(([intent, all]) =>
    all.map((phrase) => [phrase, intent] as const)
  )
])

const MAX_PHRASE = Math.max(...[...meanings.keys()].map((phrase) => phrase.split(" ").length))

/** The phrases that the words are made of, the longest first; `null` where a word belongs to none. */
const phrasesOf = (words: ReadonlyArray<string>): ReadonlyArray<readonly [phrase: string, meaning: Meaning]> | null => {
  const found: Array<readonly [string, Meaning]> = []
  let at = 0
  while (at < words.length) {
    let length = Math.min(MAX_PHRASE, words.length - at)
    let phrase = words.slice(at, at + length).join(" ")
    while (length > 0 && !meanings.has(phrase)) phrase = words.slice(at, at + --length).join(" ")
    const meaning = meanings.get(phrase)
    if (meaning === undefined) return null
    found.push([phrase, meaning])
    at += length
  }
  return found
}

/** A letter answers where it stands first: "thanks x" is a kiss. */
const isLetter = ([phrase]: readonly [phrase: string, meaning: Meaning]): boolean =>
  phrase.length === 1 && phrase !== "k"

/** What the words ask for, if they are phrases of one intent and courtesies only. */
const intentOf = (words: ReadonlyArray<string>): Intent | null => {
  const found = phrasesOf(words)
  if (found === null || found.slice(1).some(isLetter) || asksUs.test(words.join(" "))) return null
  const said = found.filter(([, meaning]) => meaning !== "courtesy")
  if (said.reduce((sum, [phrase]) => sum + phrase.split(" ").length, 0) > MAX_WORDS) return null
  const intents = new Set(
    said.flatMap(([, meaning]) => (meaning === "agree" || meaning === "courtesy" ? [] : [meaning]))
  )
  if (intents.size > 1) return null
  const [intent] = intents
  return intent ?? (said.length > 0 ? "confirm" : null)
}

const LETTERS: Readonly<Record<string, Intent>> = { c: "confirm", y: "confirm", r: "reschedule", x: "cancel" }
const CONNECTORS = new Set(["and", "y", "e"])

/** `1C 2X`, `1 and 2`, `2`: visits by the numbers that a question gave them. */
const choicesOf = (words: ReadonlyArray<string>): ReadonlyArray<Choice> | null => {
  const choices: Array<Choice> = []
  for (const [at, word] of words.entries()) {
    const [, digits, letter] = /^(\d{1,2})([crx]?)$/.exec(word) ?? []
    const last = choices.at(-1)
    if (digits !== undefined) choices.push({ number: Number(digits), intent: LETTERS[letter ?? ""] ?? null })
    else if (CONNECTORS.has(word) && last !== undefined && at < words.length - 1) continue
    else if (LETTERS[word] !== undefined && last !== undefined && last.intent === null) {
      choices[choices.length - 1] = { ...last, intent: LETTERS[word] }
    } else return null
  }
  const numbers = new Set(choices.map(({ number }) => number))
  return choices.length > 0 && numbers.size === choices.length ? choices : null
}

/** `all`, `all C`, `both x`. */
const everyOf = (words: ReadonlyArray<string>): Reply | null => {
  const text = words.join(" ")
  const said = allOf.find((phrase) => text === phrase || text.startsWith(`${phrase} `) || text.endsWith(` ${phrase}`))
  if (said === undefined) return null
  const rest = (text.startsWith(said) ? text.slice(said.length) : text.slice(0, -said.length)).trim()
  if (rest === "") return { _tag: "All", intent: null }
  const intent = intentOf(rest.split(" "))
  return intent === null ? null : { _tag: "All", intent }
}

const isCourtesy = (words: ReadonlyArray<string>): boolean =>
  phrasesOf(words)?.every(([, meaning]) => meaning === "courtesy") ?? false

/** The words without courtesies at either end. */
const bare = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lengths = words.map((_, at) => at + 1)
  const before = lengths.findLast((length) => isCourtesy(words.slice(0, length))) ?? 0
  const rest = words.slice(before)
  const after = lengths.findLast((length) => length <= rest.length && isCourtesy(rest.slice(-length))) ?? 0
  return rest.slice(0, rest.length - after)
}

/** Skin tones and the mark that shows a picture in colour. */
const MODIFIERS = /\p{Emoji_Modifier}|\u{FE0F}/gu

/** Who says "please confirm" asks us for something. */
const asksUs = /\bplease confirm\b|\bconfirm please\b/

/** A picture that is none of those by which people answer may say anything. */
const hasOtherPicture = (text: string): boolean =>
  Array.from(text.replace(MODIFIERS, "")).some(
    (character) => /\p{Extended_Pictographic}/u.test(character) && pictures[character] === undefined
  )

const inWords = (text: string): string =>
  Array.from(text.replace(MODIFIERS, ""))
    .map((character) => (pictures[character] === undefined ? character : ` ${pictures[character]} `))
    .join("")

/** What the whole message asks for. */
export const parse = (text: string): Reply => {
  if (Consent.keyword(text) !== null) return NONE
  const normal = Consent.normalise(inWords(text))
  if (normal === "") return NONE
  const hint = aboutVisits.test(normal) ? UNCLEAR : NONE
  if (text.length > MAX_LENGTH || /[?¿؟]/.test(text) || hasOtherPicture(text)) return hint
  const words = normal.split(" ")
  const intent = intentOf(words)
  if (intent !== null) return { _tag: "Intent", intent }
  const core = bare(words)
  if (core.length === 0) return NONE
  const choices = choicesOf(core)
  if (choices !== null) return { _tag: "Choices", choices }
  return everyOf(core) ?? hint
}
