/** Words as `<Say>` takes them. Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs/say. */

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
export const toLanguage = (language: string): string | null => {
  const [base = ""] = language.split("-")
  const spoken = otherNames.get(base) ?? base
  return (
    languages.find((known) => known === language) ?? languages.find((known) => known.split("-")[0] === spoken) ?? null
  )
}

/** Of the `speak` command, which TeXML's `<Say>` becomes: 3,000 characters. */
const MAX_SPOKEN = 3_000

/** A character that XML 1.0 has no place for (W3C XML 1.0, 2.2), and halves of a pair. */
const NOT_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu

/** Words that are too long themselves are broken, between letters. */
const broken = (word: string): ReadonlyArray<string> => {
  if (word.length <= MAX_SPOKEN) return [word]
  const parts: Array<string> = [""]
  for (const letter of word) {
    if (parts.at(-1)!.length + letter.length > MAX_SPOKEN) parts.push(letter)
    else parts[parts.length - 1] += letter
  }
  return parts
}

/** The text in parts that are each short enough to be spoken; none when there is nothing to say. */
export const toSpoken = (text: string): ReadonlyArray<string> => {
  const words = text.replace(NOT_XML, " ").split(/\s+/)
  const parts: Array<string> = []
  for (const word of words.filter((one) => one !== "").flatMap(broken)) {
    const last = parts.at(-1)
    if (last === undefined || last.length + 1 + word.length > MAX_SPOKEN) parts.push(word)
    else parts[parts.length - 1] = `${last} ${word}`
  }
  return parts
}
