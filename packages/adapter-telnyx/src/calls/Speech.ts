/** Words as `<Say>` takes them. Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/say. */
import { SpokenText } from "@careline/adapter-kit"

/** The one voice that speaks more than English without naming a person for each language. */
export const VOICE = "alice"

/** What it speaks, the likelier region of a language first: the languages of the `speak` command's voices. */
const languages: ReadonlyArray<string> = (
  "en-US en-GB en-AU en-IN en-GB-WLS es-US es-MX es-ES pt-BR pt-PT fr-FR fr-CA cmn-CN arb cy-GB da-DK de-DE hi-IN is-IS " +
  "it-IT ja-JP ko-KR nb-NO nl-NL pl-PL ro-RO ru-RU sv-SE tr-TR"
).split(" ")

/** Languages that Telnyx has by another name: standard Arabic, Mandarin, and Norwegian. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["ar", "arb"],
  ["zh", "cmn"],
  ["no", "nb"]
])

/** As far as a voice exists for it: its own region, or another. `null`: the language that Telnyx chooses. */
export const toLanguage = (language: string): string | null =>
  SpokenText.nearest(
    languages,
    language.replace(/^[^-]+/, (base) => otherNames.get(base) ?? base)
  )

/** Of the `speak` command, which TeXML's `<Say>` becomes: 3,000 characters. */
const MAX_SPOKEN = 3_000

/** The text in parts that are each short enough to be spoken; none when there is nothing to say. */
export const toSpoken = (text: string): ReadonlyArray<string> =>
  SpokenText.inParts(SpokenText.forXml(text), ({ length }) => length <= MAX_SPOKEN)
