/**
 * The part of TeXML that a simulated call understands, as Telnyx documents it: anything else is a violation. Telnyx itself
 * ignores what it does not know, case included, so that a mistake there is a feature that is silently missing. Each element
 * that is Telnyx's own names its page below developers.telnyx.com/docs/voice/programmable-voice/texml-verbs, whose defaults
 * these are.
 */
import * as Twiml from "../core/Twiml.ts"
import { anyOf, e164, flag, type Rule, someOf, url, whole } from "../core/XmlGrammar.ts"

const { LONGEST, method } = Twiml

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

const dialect: Twiml.Dialect = {
  grammar: {
    ...Twiml.elements,
    // /say
    Say: { attributes: { voice: anyOf("alice", "man", "woman"), language, loop: whole(0, 10) }, text: said },
    // /play
    Play: { attributes: { loop: whole(0, 10) }, text: url },
    // /gather
    Gather: {
      attributes: {
        action: url,
        finishOnKey: (value) => /^[0-9*#]*$/.test(value),
        input: anyOf("dtmf"),
        maxDigits: whole(1, 128),
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
        finishOnKey: (value) => /^[0-9*#]+$/.test(value),
        format: anyOf("mp3", "wav"),
        maxLength: whole(0, LONGEST),
        method,
        playBeep: flag,
        recordingStatusCallback: url,
        recordingStatusCallbackEvent: someOf("in-progress", "completed"),
        recordingStatusCallbackMethod: method,
        timeout: whole(0, LONGEST),
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
        timeLimit: whole(60, LONGEST),
        timeout: whole(5, 120)
      },
      children: ["Number"]
    }
  },
  wrongWith: ({ attributes, name }) =>
    name === "Say" && attributes.language !== undefined && attributes.voice !== "alice"
      ? "<Say> with a language that its voice does not speak"
      : null,
  recordOf: ({ maxLength, timeout }) => {
    // "0 for infinite", of both: who says nothing is recorded until they hang up, or as long as it may be.
    const maxSeconds = Number(maxLength ?? 3_600) || LONGEST
    return { maxSeconds, isSilenceKept: true, timeoutSeconds: Number(timeout ?? 0) || maxSeconds }
  }
}

/** What an answer from `url` tells the call to do, or what is wrong with it. */
export const read = (contentType: string, body: string, url: string): Twiml.Read =>
  Twiml.read(dialect, contentType, body, url)
