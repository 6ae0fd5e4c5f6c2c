/** TwiML for voice, as the instructions that it gives to a call. Defaults are those of twilio.com/docs/voice/twiml. */
import type { Instruction, Spoken } from "../core/Instruction.ts"
import * as Xml from "../core/Xml.ts"
import { violationOf } from "./TwimlGrammar.ts"

/** Where Twilio reports on what an element started. */
export interface Reporting {
  readonly callback: string | null
  readonly events: ReadonlyArray<string>
  /** Where the transcription goes; `null` when none is asked for. */
  readonly transcribeCallback: string | null
  readonly isTranscribed: boolean
}

export type TwimlInstruction = Instruction<Reporting>

/** twilio.com/docs/api/errors/11750. */
const MAX_BYTES = 64 * 1024
const XML = /^(text|application)\/xml\s*(;|$)/i

const eventsOf = (events: string | undefined): ReadonlyArray<string> => (events ?? "completed").split(" ")

const spokenOf = ({ attributes, name, text }: Xml.Element): Spoken | null => {
  switch (name) {
    case "Say":
      return { _tag: "Say", language: attributes.language ?? "en-US", text: text.trim() }
    case "Play":
      return { _tag: "Play", url: text.trim() }
    case "Pause":
      return { _tag: "Pause", seconds: Number(attributes.length ?? 1) }
    default:
      return null
  }
}

const instructionOf = (element: Xml.Element, url: string): TwimlInstruction => {
  const { attributes, children, name, text } = element
  switch (name) {
    case "Gather":
      return {
        _tag: "Gather",
        say: children.flatMap((child) => spokenOf(child) ?? []),
        digits: attributes.numDigits === undefined ? null : Number(attributes.numDigits),
        finishOnKey: attributes.finishOnKey ?? "#",
        timeoutSeconds: Number(attributes.timeout ?? 5),
        action: attributes.action ?? url,
        isActionWhenEmpty: attributes.actionOnEmptyResult === "true"
      }
    case "Record": {
      const isTranscribed = attributes.transcribe === "true"
      return {
        _tag: "Record",
        maxSeconds: Number(attributes.maxLength ?? (isTranscribed ? 120 : 3_600)),
        hasTone: attributes.playBeep !== "false",
        // "If the caller does not speak at all … falling through to the next verb": twilio.com/docs/voice/twiml/record.
        isSilenceKept: false,
        timeoutSeconds: Number(attributes.timeout ?? 5),
        action: attributes.action ?? url,
        extra: {
          callback: attributes.recordingStatusCallback ?? null,
          events: eventsOf(attributes.recordingStatusCallbackEvent),
          transcribeCallback: attributes.transcribeCallback ?? null,
          isTranscribed
        }
      }
    }
    case "Dial": {
      const [number] = children
      return {
        _tag: "Connect",
        to: number?.text.trim() ?? "",
        callerId: attributes.callerId ?? null,
        ringSeconds: Number(attributes.timeout ?? 30),
        maxSeconds: Number(attributes.timeLimit ?? 14_400),
        action: attributes.action ?? null,
        extra: {
          callback: number?.attributes.statusCallback ?? null,
          events: eventsOf(number?.attributes.statusCallbackEvent),
          transcribeCallback: null,
          isTranscribed: false
        }
      }
    }
    case "Redirect":
      return { _tag: "Go", to: text.trim() }
    case "Reject":
      return { _tag: "Reject", reason: attributes.reason === "busy" ? "busy" : "rejected" }
    case "Hangup":
      return { _tag: "Hangup" }
    default:
      return spokenOf(element) ?? { _tag: "Hangup" }
  }
}

export type Read =
  | { readonly instructions: ReadonlyArray<TwimlInstruction>; readonly violation: null }
  | { readonly instructions: null; readonly violation: string }

const refused = (violation: string): Read => ({ instructions: null, violation })

/** What an answer from `url` tells the call to do, or what is wrong with it. */
export const read = (contentType: string, body: string, url: string): Read => {
  if (!XML.test(contentType)) return refused(`the content type ${contentType === "" ? "is missing" : contentType}`)
  if (Buffer.byteLength(body) > MAX_BYTES) return refused("the document is too large")
  try {
    const root = Xml.parse(body)
    const violation = violationOf(root)
    if (violation !== null) return refused(violation)
    return { instructions: root.children.map((child) => instructionOf(child, url)), violation: null }
  } catch (problem) {
    return refused(problem instanceof Xml.NotXml ? problem.message : "the document cannot be read")
  }
}
