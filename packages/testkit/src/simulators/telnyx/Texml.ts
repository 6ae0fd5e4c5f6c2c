/**
 * TeXML as the instructions that it gives to a call. Defaults are those of
 * developers.telnyx.com/docs/voice/programmable-voice/texml-verbs.
 */
import type { Instruction, Spoken } from "../core/Instruction.ts"
import * as Xml from "../core/Xml.ts"
import { violationOf } from "./TexmlGrammar.ts"

/** Where Telnyx reports on what an element started. */
export interface Reporting {
  readonly callback: string | null
  readonly events: ReadonlyArray<string>
  readonly transcriptionCallback: string | null
  readonly isTranscribed: boolean
}

export type TexmlInstruction = Instruction<Reporting>

const MAX_BYTES = 64 * 1024
const XML = /^(text|application)\/xml\s*(;|$)/i

/** For any number of seconds. */
const LONGEST = 14_400

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

const recordOf = ({ attributes }: Xml.Element, url: string): TexmlInstruction => {
  const maxSeconds = Number(attributes.maxLength ?? 3_600) || LONGEST
  return {
    _tag: "Record",
    maxSeconds,
    hasTone: attributes.playBeep !== "false",
    // "0 for infinite": who says nothing is recorded until they hang up, or as long as it may be.
    isSilenceKept: true,
    timeoutSeconds: Number(attributes.timeout ?? 0) || maxSeconds,
    action: attributes.action ?? url,
    extra: {
      callback: attributes.recordingStatusCallback ?? null,
      events: eventsOf(attributes.recordingStatusCallbackEvent),
      transcriptionCallback: attributes.transcriptionCallback ?? null,
      isTranscribed: attributes.transcription === "true"
    }
  }
}

const dialOf = ({ attributes, children }: Xml.Element): TexmlInstruction => {
  const [number] = children
  return {
    _tag: "Connect",
    to: number?.text.trim() ?? "",
    callerId: attributes.callerId ?? null,
    ringSeconds: Number(attributes.timeout ?? 30),
    maxSeconds: Number(attributes.timeLimit ?? LONGEST),
    action: attributes.action ?? null,
    extra: {
      callback: number?.attributes.statusCallback ?? null,
      events: eventsOf(number?.attributes.statusCallbackEvent),
      transcriptionCallback: null,
      isTranscribed: false
    }
  }
}

const instructionOf = (element: Xml.Element, url: string): TexmlInstruction => {
  const { attributes, children, name, text } = element
  switch (name) {
    case "Gather": {
      const digits = attributes.numDigits ?? attributes.maxDigits
      return {
        _tag: "Gather",
        say: children.flatMap((child) => spokenOf(child) ?? []),
        digits: digits === undefined ? null : Number(digits),
        finishOnKey: attributes.finishOnKey ?? "#",
        timeoutSeconds: Number(attributes.timeout ?? 5),
        action: attributes.action ?? url,
        // There is no attribute for it: after no key the call goes on with the next verb.
        isActionWhenEmpty: false
      }
    }
    case "Record":
      return recordOf(element, url)
    case "Dial":
      return dialOf(element)
    case "Redirect":
      return { _tag: "Go", to: text.trim() }
    case "Reject":
      return { _tag: "Reject", reason: attributes.reason === "busy" ? "busy" : "rejected" }
    default:
      return spokenOf(element) ?? { _tag: "Hangup" }
  }
}

export type Read =
  | { readonly instructions: ReadonlyArray<TexmlInstruction>; readonly violation: null }
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
