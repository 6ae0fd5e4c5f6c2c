/**
 * The part of TwiML for voice that a simulated call understands, as Twilio's documentation has it: anything else is a
 * violation. Each element names its page.
 */
import type { Element } from "../core/Xml.ts"
import { anyOf, e164, flag, type Grammar, type Rule, someOf, url, whole, wrongIn } from "../core/XmlGrammar.ts"

const method = anyOf("GET", "POST")

/** twilio.com/docs/voice/twiml/say/text-speech: the languages that some voice speaks. */
const LANGUAGES: ReadonlySet<string> = new Set(
  (
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

const legEvents = someOf("initiated", "ringing", "answered", "completed")

const elements: Grammar = {
  // twilio.com/docs/voice/twiml
  Response: {
    attributes: {},
    children: ["Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup"]
  },
  // twilio.com/docs/voice/twiml/say
  Say: { attributes: { language: (value) => LANGUAGES.has(value), loop: whole(0, 1_000) }, text: said },
  // twilio.com/docs/voice/twiml/play
  Play: { attributes: { loop: whole(0, 1_000) }, text: url },
  // twilio.com/docs/voice/twiml/pause
  Pause: { attributes: { length: whole(1, 180) } },
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
      maxLength: whole(2, 14_400),
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
      timeLimit: whole(1, 14_400),
      timeout: whole(1, 600)
    },
    children: ["Number"]
  },
  // twilio.com/docs/voice/twiml/number
  Number: {
    attributes: { statusCallback: url, statusCallbackEvent: legEvents, statusCallbackMethod: method },
    text: e164
  },
  // twilio.com/docs/voice/twiml/redirect
  Redirect: { attributes: { method }, text: url },
  // twilio.com/docs/voice/twiml/reject
  Reject: { attributes: { reason: anyOf("busy", "rejected") } },
  // twilio.com/docs/voice/twiml/hangup
  Hangup: { attributes: {} }
}

/** How long a recording may be that Twilio writes down, in seconds: twilio.com/docs/voice/twiml/record. */
const MAX_TRANSCRIBED_SECONDS = 120

const wrongTogether = ({ attributes, children, name }: Element): string | null => {
  if (name === "Record") {
    if (attributes.transcribe === "true" && Number(attributes.maxLength ?? 0) > MAX_TRANSCRIBED_SECONDS) {
      return "<Record> that is too long to be transcribed"
    }
    if (attributes.transcribeCallback !== undefined && attributes.transcribe !== "true") {
      return "<Record> with a transcribeCallback that is never called"
    }
  }
  if (name === "Dial" && children.length !== 1) return "<Dial> without one number"
  // What stands after it is never reached: twilio.com/docs/voice/twiml/reject, to be the first verb.
  if (name === "Response" && children.findIndex((child) => child.name === "Reject") > 0) return "<Reject> after a verb"
  return children.map(wrongTogether).find((wrong) => wrong !== null) ?? null
}

/** What is wrong with a document; `null` for a good one. */
export const violationOf = (root: Element): string | null =>
  root.name === "Response"
    ? (wrongIn(elements, root) ?? wrongTogether(root))
    : `<${root.name}> in the place of <Response>`
