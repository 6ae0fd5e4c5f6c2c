/** Words as `<Say>` takes them. Sources: twilio.com/docs/voice/twiml/say, /docs/api/errors/13521. */
import { SpokenText } from "@careline/adapter-kit"

/** What some voice of Twilio's speaks, the likelier region of a language first. */
const languages: ReadonlyArray<string> = (
  "en-US en-GB en-CA en-AU en-IE en-IN en-NZ en-ZA es-US es-MX es-ES pt-BR pt-PT fr-FR fr-CA fr-BE zh-CN zh-TW zh-HK " +
  "de-DE de-AT nl-NL nl-BE ar-AE af-ZA am-ET bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK el-GR fi-FI fil-PH gu-IN " +
  "he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY nb-NO pa-IN pl-PL ro-RO ru-RU sk-SK " +
  "sr-RS sv-SE ta-IN te-IN th-TH tr-TR uk-UA vi-VN yue-HK"
).split(" ")

/** As far as a voice exists for it: its own region, or another. `null`: the voice that Twilio chooses. */
export const toLanguage = (language: string): string | null => SpokenText.nearest(languages, language)

/** Below the 4500 characters that a text may have when it stands in a URL. */
const MAX_ENCODED = 4_000

/** The text in parts that are each short enough to be spoken; none when there is nothing to say. */
export const toSpoken = (text: string): ReadonlyArray<string> =>
  SpokenText.inParts(SpokenText.forXml(text), (part) => encodeURIComponent(part).length <= MAX_ENCODED)
