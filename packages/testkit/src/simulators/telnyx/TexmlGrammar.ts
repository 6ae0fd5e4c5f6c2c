/**
 * The part of TeXML that a simulated call understands, as Telnyx documents it: anything else is a violation. Telnyx itself
 * ignores what it does not know, case included, so that a mistake there is a feature that is silently missing. Each element
 * names its page below developers.telnyx.com/docs/voice/programmable-voice/texml-verbs.
 */
import type { Element } from "../core/Xml.ts"
import { anyOf, e164, flag, type Grammar, type Rule, someOf, url, whole, wrongIn } from "../core/XmlGrammar.ts"

const method = anyOf("GET", "POST")
const keys: Rule = (value) => /^[0-9*#]+$/.test(value)
/** The languages of the `speak` command, whose voices `alice` has. */
const language = anyOf(
  ...(
    "arb cmn-CN cy-GB da-DK de-DE en-AU en-GB en-GB-WLS en-IN en-US es-ES es-MX es-US fr-CA fr-FR hi-IN is-IS it-IT " +
    "ja-JP ko-KR nb-NO nl-NL pl-PL pt-BR pt-PT ro-RO ru-RU sv-SE tr-TR"
  ).split(" ")
)

/** The bound of the `speak` command, in characters. */
const MAX_SAID = 3_000
const said: Rule = (text) => text.trim() !== "" && text.length <= MAX_SAID

const elements: Grammar = {
  // (the root of every page)
  Response: {
    attributes: {},
    children: ["Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup"]
  },
  // /say
  Say: { attributes: { voice: anyOf("alice", "man", "woman"), language, loop: whole(0, 10) }, text: said },
  // /play
  Play: { attributes: { loop: whole(0, 10) }, text: url },
  // /pause
  Pause: { attributes: { length: whole(1, 180) } },
  // /gather
  Gather: {
    attributes: {
      action: url,
      finishOnKey: (value) => /^[0-9*#]*$/.test(value),
      input: anyOf("dtmf"),
      maxDigits: whole(1, 128),
      method,
      minDigits: whole(1, 128),
      numDigits: whole(1, 128),
      timeout: whole(1, 120)
    },
    children: ["Say", "Play"]
  },
  // /record; the events are those of /recording
  Record: {
    attributes: {
      action: url,
      channels: anyOf("single", "dual"),
      finishOnKey: keys,
      format: anyOf("mp3", "wav"),
      maxLength: whole(0, 14_400),
      method,
      playBeep: flag,
      recordingStatusCallback: url,
      recordingStatusCallbackEvent: someOf("in-progress", "completed", "absent"),
      recordingStatusCallbackMethod: method,
      timeout: whole(0, 14_400),
      transcription: flag,
      transcriptionCallback: url,
      trim: anyOf("trim-silence")
    }
  },
  // /dial
  Dial: {
    attributes: {
      action: url,
      callerId: e164,
      hangupOnStar: flag,
      method,
      timeLimit: whole(60, 14_400),
      timeout: whole(5, 120)
    },
    children: ["Number"]
  },
  // /number
  Number: {
    attributes: {
      statusCallback: url,
      statusCallbackEvent: someOf("initiated", "ringing", "answered", "completed"),
      statusCallbackMethod: method
    },
    text: e164
  },
  // /redirect
  Redirect: { attributes: { method }, text: url },
  // /reject
  Reject: { attributes: { reason: anyOf("busy", "rejected") } },
  // /hangup
  Hangup: { attributes: {} }
}

const wrongTogether = ({ attributes, children, name }: Element): string | null => {
  if (name === "Record" && attributes.transcriptionCallback !== undefined && attributes.transcription !== "true") {
    return "<Record> with a transcriptionCallback that is never called"
  }
  if (name === "Say" && attributes.language !== undefined && attributes.voice !== "alice") {
    return "<Say> with a language that its voice does not speak"
  }
  if (name === "Dial" && children.length !== 1) return "<Dial> without one number"
  // "Must be the first verb".
  if (name === "Response" && children.findIndex((child) => child.name === "Reject") > 0) return "<Reject> after a verb"
  return children.map(wrongTogether).find((wrong) => wrong !== null) ?? null
}

/** What is wrong with a document; `null` for a good one. */
export const violationOf = (root: Element): string | null =>
  root.name === "Response"
    ? (wrongIn(elements, root) ?? wrongTogether(root))
    : `<${root.name}> in the place of <Response>`
