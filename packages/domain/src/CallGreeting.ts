/** How a tenant greets its callers in one language, and what Careline says where the tenant says nothing. */
import { Schema } from "effect"
import type { Prompt } from "./CallPlan.ts"
import { Language } from "./Language.ts"

/** Vonage takes 1,500 characters in one `talk`; longer than a minute nobody listens. */
const MAX_SPOKEN = 1000
const MAX_URL = 2048

interface Phrases {
  readonly voicemail: string
  readonly textUs: string
  readonly thanks: string
  readonly choice: (digit: string) => string
}

/** Our own words, by language without its region. */
const phrases: Readonly<Record<string, Phrases>> = {
  en: {
    voicemail:
      "Thank you for calling. If this is an emergency, hang up and dial 911. Please leave a message after the tone.",
    textUs:
      "Thank you for calling. If this is an emergency, hang up and dial 911. Please hang up and send a text message to this number.",
    thanks: "Thank you. Goodbye.",
    choice: (digit) => `For English, press ${digit}.`
  },
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

const Spoken = Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_SPOKEN)))

export const CallGreeting = Schema.Struct({
  language: Language,
  /** What is said; `null`: our own words. */
  text: Spoken,
  /** A recording of it, played in the place of `text`. The provider fetches it, so anybody must be able to. */
  audioUrl: Schema.NullOr(
    Schema.String.check(Schema.isPattern(/^https:\/\/\S+$/, { message: "an https URL" }), Schema.isMaxLength(MAX_URL))
  ),
  /** How the language is offered where there are several: `For English, press 1.` `null`: our own words. */
  choice: Spoken
}).check(
  Schema.makeFilter(
    ({ audioUrl, choice, language, text }) =>
      phrasesOf(language) !== undefined ||
      (choice !== null && (text !== null || audioUrl !== null)) ||
      "a choice and a text or a recording, for a language that Careline does not speak itself"
  )
)
export type CallGreeting = typeof CallGreeting.Type

/** English, in our own words. */
export const fallback: CallGreeting = { language: "en-US" as Language, text: null, audioUrl: null, choice: null }

const say = (text: string, language: Language): Prompt => ({ _tag: "Say", text, language })

/** What is said to somebody who shall leave a message, or shall text instead. */
export const greet = (
  { audioUrl, language, text }: CallGreeting,
  handling: "voicemail" | "text_us"
): ReadonlyArray<Prompt> => {
  if (audioUrl !== null) return [{ _tag: "Play", url: audioUrl }]
  const own = phrasesOf(language)
  const words = text ?? (handling === "voicemail" ? own?.voicemail : own?.textUs)
  return words === undefined ? [] : [say(words, language)]
}

/** How the language is offered under a digit. */
export const offer = ({ choice, language }: CallGreeting, digit: string): ReadonlyArray<Prompt> => {
  const words = choice ?? phrasesOf(language)?.choice(digit)
  return words === undefined ? [] : [say(words, language)]
}

/** What is said once they are done. */
export const thank = ({ language }: CallGreeting): ReadonlyArray<Prompt> => {
  const words = phrasesOf(language)?.thanks
  return words === undefined ? [] : [say(words, language)]
}
