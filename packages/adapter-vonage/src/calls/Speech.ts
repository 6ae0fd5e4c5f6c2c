/** Words as `talk` takes them. Sources: developer.vonage.com/voice/voice-api/ncco-reference, /guides/text-to-speech. */
import { SpokenText } from "@careline/adapter-kit"

/** What some voice of Vonage's speaks, the likelier region of a language first. */
const languages: ReadonlyArray<string> = (
  "en-US en-GB en-AU en-IE en-IN en-NZ en-ZA es-US es-MX es-ES es-CO pt-BR pt-PT fr-FR fr-CA cmn-CN cmn-TW yue-CN de-DE " +
  "de-AT nl-NL nl-BE af-ZA ar bg-BG bn-IN ca-ES cs-CZ cy-GB da-DK el-GR eu-ES fi-FI fil-PH gl-ES gu-IN he-IL hi-IN hu-HU " +
  "id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN ms-MY nb-NO no-NO pa-IN pl-PL ro-RO ru-RU sk-SK sr-RS sv-SE ta-IN " +
  "te-IN th-TH tr-TR uk-UA vi-VN"
).split(" ")

/** BCP 47 has one language for all of Chinese where Vonage names what is spoken. */
const chinese: Readonly<Record<string, string>> = { "zh-HK": "yue-CN", "zh-MO": "yue-CN", "zh-TW": "cmn-TW" }

/** As far as a voice exists for it: its own region, or another. `null`: the voice that Vonage chooses. */
export const toLanguage = (language: string): string | null =>
  SpokenText.nearest(languages, /^zh(-|$)/.test(language) ? (chinese[language] ?? "cmn-CN") : language)

/** Characters of one `talk`, spaces included. */
const MAX_LENGTH = 1_500

/** What nobody can speak: control characters, and halves of a pair. */
const UNSPEAKABLE = /[\p{Cc}\p{Cs}\u{FFFE}\u{FFFF}]/gu
/** Where a text would be taken for SSML. */
const SSML = /<(?=\/?speak)/gi

/** The text in parts that are each short enough to be spoken; none when there is nothing to say. */
export const toSpoken = (text: string): ReadonlyArray<string> =>
  SpokenText.inParts(text.replace(UNSPEAKABLE, " ").replace(SSML, "< "), ({ length }) => length <= MAX_LENGTH)
