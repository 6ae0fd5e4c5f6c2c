/**
 * TwiML and what is like it, as the instructions that a document gives to a call. A provider brings its grammar, and what is
 * recorded where the document does not say so; the other defaults are the same for all. Written from the providers'
 * documentation, apart from the writer that adapters share.
 */
import type { Instruction, Spoken } from "./Instruction.ts"
import * as Xml from "./Xml.ts"
import { anyOf, e164, type Grammar, someOf, url, whole, wrongIn } from "./XmlGrammar.ts"

/** Where the provider reports on what an element started. */
export interface Reporting {
  readonly callback: string | null
  readonly events: ReadonlyArray<string>
  /** Where the transcription goes; `null` when none is asked for. */
  readonly transcriptionCallback: string | null
  readonly isTranscribed: boolean
}

export type TwimlInstruction = Instruction<Reporting>

/** What is the provider's own. */
export interface Dialect {
  readonly grammar: Grammar
  /** What is wrong with an element that the grammar knows; `null` for a good one. */
  readonly wrongWith: (element: Xml.Element) => string | null
  readonly recordOf: (
    attributes: Xml.Element["attributes"]
  ) => Pick<TwimlInstruction & { readonly _tag: "Record" }, "maxSeconds" | "isSilenceKept" | "timeoutSeconds">
}

export const method = anyOf("GET", "POST")
/** The events that a leg is reported with. */
export const LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
/** The longest that a connection or a recording may last, in seconds. */
export const LONGEST = 14_400

/** The elements that all documents have in the same form. */
export const elements: Grammar = {
  Response: {
    attributes: {},
    children: ["Say", "Play", "Pause", "Gather", "Record", "Dial", "Redirect", "Reject", "Hangup"]
  },
  Pause: { attributes: { length: whole(1, 180) } },
  Number: {
    attributes: { statusCallback: url, statusCallbackEvent: someOf(...LEG_EVENTS), statusCallbackMethod: method },
    text: e164
  },
  Redirect: { attributes: { method }, text: url },
  Reject: { attributes: { reason: anyOf("busy", "rejected") } },
  Hangup: { attributes: {} }
}

/** `transcribe` here and `transcription` there, `Callback` at the end of both: a grammar knows one of them. */
const transcriptionOf = ({ attributes }: Xml.Element) => {
  const name = ["transcribe", "transcription"].find((one) => `${one}Callback` in attributes || one in attributes) ?? ""
  return {
    name,
    isTranscribed: attributes[name] === "true",
    transcriptionCallback: attributes[`${name}Callback`] ?? null
  }
}

const wrongTogether = (dialect: Dialect, element: Xml.Element): string | null => {
  const { children, name } = element
  const { isTranscribed, name: transcription, transcriptionCallback } = transcriptionOf(element)
  if (transcriptionCallback !== null && !isTranscribed) {
    return `<${name}> with a ${transcription}Callback that is never called`
  }
  if (name === "Dial" && children.length !== 1) return "<Dial> without one number"
  // What stands after it is never reached: it has to be the first verb.
  if (name === "Response" && children.findIndex((child) => child.name === "Reject") > 0) return "<Reject> after a verb"
  return (
    dialect.wrongWith(element) ??
    children.map((child) => wrongTogether(dialect, child)).find((wrong) => wrong !== null) ??
    null
  )
}

const violationOf = (dialect: Dialect, root: Xml.Element): string | null =>
  root.name === "Response"
    ? (wrongIn(dialect.grammar, root) ?? wrongTogether(dialect, root))
    : `<${root.name}> in the place of <Response>`

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

const instructionOf = (dialect: Dialect, element: Xml.Element, url: string): TwimlInstruction => {
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
        // Otherwise the call goes on with the next verb after no key.
        isActionWhenEmpty: attributes.actionOnEmptyResult === "true"
      }
    }
    case "Record": {
      const { isTranscribed, transcriptionCallback } = transcriptionOf(element)
      return {
        _tag: "Record",
        ...dialect.recordOf(attributes),
        hasTone: attributes.playBeep !== "false",
        action: attributes.action ?? url,
        extra: {
          callback: attributes.recordingStatusCallback ?? null,
          events: eventsOf(attributes.recordingStatusCallbackEvent),
          transcriptionCallback,
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
    case "Redirect":
      return { _tag: "Go", to: text.trim() }
    case "Reject":
      return { _tag: "Reject", reason: attributes.reason === "busy" ? "busy" : "rejected" }
    default:
      return spokenOf(element) ?? { _tag: "Hangup" }
  }
}

export type Read =
  | { readonly instructions: ReadonlyArray<TwimlInstruction>; readonly violation: null }
  | { readonly instructions: null; readonly violation: string }

/** twilio.com/docs/api/errors/11750. */
const MAX_BYTES = 64 * 1024
const XML = /^(text|application)\/xml\s*(;|$)/i

const refused = (violation: string): Read => ({ instructions: null, violation })

/** What an answer from `url` tells the call to do, or what is wrong with it. */
export const read = (dialect: Dialect, contentType: string, body: string, url: string): Read => {
  if (!XML.test(contentType)) return refused(`the content type ${contentType === "" ? "is missing" : contentType}`)
  if (Buffer.byteLength(body) > MAX_BYTES) return refused("the document is too large")
  try {
    const root = Xml.parse(body)
    const violation = violationOf(dialect, root)
    if (violation !== null) return refused(violation)
    return { instructions: root.children.map((child) => instructionOf(dialect, child, url)), violation: null }
  } catch (problem) {
    return refused(problem instanceof Xml.NotXml ? problem.message : "the document cannot be read")
  }
}
