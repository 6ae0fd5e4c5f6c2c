/**
 * The part of TwiML for voice that a simulated call understands, as Twilio's documentation has it: anything else is a
 * violation. Each element that is Twilio's own names its page; defaults are those of twilio.com/docs/voice/twiml.
 */
import * as Twiml from "../core/Twiml.ts"
import { anyOf, e164, flag, type Rule, someOf, url, whole } from "../core/XmlGrammar.ts"

const { LONGEST, method } = Twiml

/** twilio.com/docs/voice/twiml/say/text-speech: the languages that some voice speaks. */
const language = anyOf(
  ...(
    "af-ZA am-ET ar-AE ar-XA arb bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-AT de-DE el-GR en-AU en-CA en-GB " +
    "en-GB-WLS en-IE en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fil-PH fr-BE fr-CA fr-FR gu-IN he-IL hi-IN hu-HU " +
    "id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY nb-NO nl-BE nl-NL pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU " +
    "sk-SK sr-RS sv-SE ta-IN te-IN th-TH tr-TR uk-UA vi-VN yue-HK zh-CN zh-HK zh-TW"
  ).split(" ")
)

/** twilio.com/docs/api/errors/13521, by its smallest bounds: of one `<Say>`, in characters, and encoded as in a URL. */
const MAX_SAID = 3_000
const MAX_SAID_ENCODED = 4_500

const said: Rule = (text) =>
  text.trim() !== "" && text.length <= MAX_SAID && encodeURIComponent(text.trim()).length <= MAX_SAID_ENCODED

/** How long a recording may be that Twilio writes down, in seconds: twilio.com/docs/voice/twiml/record. */
const MAX_TRANSCRIBED_SECONDS = 120

const dialect: Twiml.Dialect = {
  grammar: {
    ...Twiml.elements,
    // twilio.com/docs/voice/twiml/say
    Say: { attributes: { language, loop: whole(0, 1_000) }, text: said },
    // twilio.com/docs/voice/twiml/play
    Play: { attributes: { loop: whole(0, 1_000) }, text: url },
    // twilio.com/docs/voice/twiml/gather
    Gather: {
      attributes: {
        action: url,
        actionOnEmptyResult: flag,
        finishOnKey: (value) => /^[0-9*#]?$/.test(value),
        input: anyOf("dtmf"),
        method,
        numDigits: whole(1, 100),
        timeout: whole(1, 600)
      },
      children: ["Say", "Play", "Pause"]
    },
    // twilio.com/docs/voice/twiml/record
    Record: {
      attributes: {
        action: url,
        finishOnKey: (value) => /^[0-9*#]*$/.test(value),
        maxLength: whole(2, LONGEST),
        method,
        playBeep: flag,
        recordingStatusCallback: url,
        recordingStatusCallbackEvent: someOf("in-progress", "completed", "absent"),
        recordingStatusCallbackMethod: method,
        timeout: whole(1, 600),
        transcribe: flag,
        transcribeCallback: url,
        trim: anyOf("trim-silence", "do-not-trim")
      }
    },
    // twilio.com/docs/voice/twiml/dial
    Dial: {
      attributes: {
        action: url,
        answerOnBridge: flag,
        callerId: e164,
        hangupOnStar: flag,
        method,
        timeLimit: whole(1, LONGEST),
        timeout: whole(1, 600)
      },
      children: ["Number"]
    }
  },
  wrongWith: ({ attributes, name }) =>
    name === "Record" && attributes.transcribe === "true" && Number(attributes.maxLength ?? 0) > MAX_TRANSCRIBED_SECONDS
      ? "<Record> that is too long to be transcribed"
      : null,
  recordOf: ({ maxLength, timeout, transcribe }) => ({
    maxSeconds: Number(maxLength ?? (transcribe === "true" ? MAX_TRANSCRIBED_SECONDS : 3_600)),
    // "If the caller does not speak at all … falling through to the next verb": twilio.com/docs/voice/twiml/record.
    isSilenceKept: false,
    timeoutSeconds: Number(timeout ?? 5)
  })
}

/** What an answer from `url` tells the call to do, or what is wrong with it. */
export const read = (contentType: string, body: string, url: string): Twiml.Read =>
  Twiml.read(dialect, contentType, body, url)
