/** How a tenant greets its callers in one language, and what Careline says where the tenant says nothing. */
import { Schema } from "effect"
import { Language } from "../contacts/Language.ts"
import { isBlank } from "../shared/Text.ts"
import type { Prompt } from "./Prompt.ts"

/** Vonage takes 1,500 characters in one `talk`; longer than a minute nobody listens. */
const MAX_SPOKEN = 1000
const MAX_URL = 2048

interface Phrases {
  readonly voicemail: string
  readonly textUs: string
  readonly thanks: string
  readonly choice: (digit: string) => string
}

const english: Phrases = {
  voicemail:
    "Thank you for calling. If this is an emergency, hang up and dial 911. Please leave a message after the tone.",
  textUs:
    "Thank you for calling. If this is an emergency, hang up and dial 911. Please hang up and send a text message to this number.",
  thanks: "Thank you. Goodbye.",
  choice: (digit) => `For English, press ${digit}.`
}

/** Our own words, by language without its region. */
const phrases: Readonly<Record<string, Phrases>> = {
  en: english,
  es: {
    voicemail:
      "Gracias por llamar. Si se trata de una emergencia, cuelgue y marque 911. Por favor, deje un mensaje después del tono.",
    textUs:
      "Gracias por llamar. Si se trata de una emergencia, cuelgue y marque 911. Por favor, cuelgue y envíe un mensaje de texto a este número.",
    thanks: "Gracias. Adiós.",
    choice: (digit) => `Para español, oprima ${digit}.`
  }
}

const phrasesOf = (language: Language): Phrases | undefined => phrases[language.split("-")[0]!]

/** Control characters, halves of a pair, and what is no character: no XML document holds them (W3C XML 1.0, 2.2). */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/gu
const isWhole = (text: string): boolean => text.search(UNSPEAKABLE) === -1

const isSpeakable = (text: string): boolean => isWhole(text) && !isBlank(text)
const isPlayable = (url: string): boolean => isWhole(url) && /^https:\/\/[^\s/?#]+\S*$/.test(url)

const fieldsOf = <Words extends Schema.Codec<string, string>, Url extends Schema.Codec<string, string>>(
  words: Words,
  url: Url
) => ({
  language: Language,
  /** What is said; `null`: our own words. */
  text: Schema.NullOr(words),
  /** A recording of it, played in the place of `text`. The provider fetches it, so anybody must be able to. */
  audioUrl: Schema.NullOr(url),
  /** How the language is offered where there are several: `For English, press 1.` `null`: our own words. */
  choice: Schema.NullOr(words)
})

const isComplete = Schema.makeFilter(
  ({ audioUrl, choice, language, text }: Greeting) =>
    phrasesOf(language) !== undefined ||
    (choice !== null && (text !== null || audioUrl !== null)) ||
    "a choice and a text or a recording, for a language that Careline does not speak itself"
)

interface Greeting {
  readonly language: Language
  readonly text: string | null
  readonly audioUrl: string | null
  readonly choice: string | null
}

const Words = Schema.NonEmptyString.check(Schema.isMaxLength(MAX_SPOKEN))
const Url = Schema.String.check(
  Schema.isPattern(/^https:\/\/\S+$/, { message: "an https URL" }),
  Schema.isMaxLength(MAX_URL)
)

/** A greeting as it is kept: what older rules let in is spoken as far as it can be. */
export const CallGreeting = Schema.Struct(fieldsOf(Words, Url)).check(isComplete)
export type CallGreeting = typeof CallGreeting.Type

/** A greeting as it may be set. */
export const New = Schema.Struct(
  fieldsOf(
    Words.check(
      Schema.makeFilter(
        (text: string) =>
          isSpeakable(text) || "words that can be spoken, without control characters or halves of a pair"
      )
    ),
    Url.check(
      Schema.makeFilter(
        (url: string) => isPlayable(url) || "an https URL without control characters or halves of a pair"
      )
    )
  )
).check(isComplete)
export type New = typeof New.Type

/** English, in our own words. */
export const fallback: CallGreeting = { language: "en-US" as Language, text: null, audioUrl: null, choice: null }

const say = (text: string, language: Language): Prompt => ({ _tag: "Say", text, language })

/** What can be spoken of a text; `null` where that is nothing. */
const speakable = (text: string | null): string | null => {
  const words = text === null ? "" : text.replace(UNSPEAKABLE, " ")
  return !isBlank(words) ? words : null
}

/** What is said to somebody who shall leave a message, or shall text instead. Never nothing: at worst it is our own English. */
export const greet = (
  { audioUrl, language, text }: CallGreeting,
  handling: "voicemail" | "text_us"
): ReadonlyArray<Prompt> => {
  if (audioUrl !== null && isPlayable(audioUrl)) return [{ _tag: "Play", url: audioUrl }]
  const words = speakable(text)
  if (words !== null) return [say(words, language)]
  const own = phrasesOf(language)
  const { textUs, voicemail } = own ?? english
  return [say(handling === "voicemail" ? voicemail : textUs, own === undefined ? fallback.language : language)]
}

/** How the language is offered under a digit. */
export const offer = ({ choice, language }: CallGreeting, digit: string): ReadonlyArray<Prompt> => {
  const words = speakable(choice) ?? phrasesOf(language)?.choice(digit)
  return words === undefined ? [] : [say(words, language)]
}

/** The greetings in their order, the first of each language: a language that was set twice is offered once. */
export const distinct = <G extends Pick<CallGreeting, "language">>(greetings: ReadonlyArray<G>): ReadonlyArray<G> =>
  greetings.filter(({ language }, index) => greetings.findIndex((other) => other.language === language) === index)

/** What is said once they are done. */
export const thank = ({ language }: CallGreeting): ReadonlyArray<Prompt> => {
  const words = phrasesOf(language)?.thanks
  return words === undefined ? [] : [say(words, language)]
}
