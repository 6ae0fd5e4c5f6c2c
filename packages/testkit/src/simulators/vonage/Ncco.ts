/** An NCCO, as the instructions that it gives to a call. Defaults are those of developer.vonage.com/voice/voice-api/ncco-reference. */
import type { Instruction } from "../core/Instruction.ts"
import { type Fields, violationOf } from "./NccoGrammar.ts"

/** Where Vonage reports on what an action started. */
export interface Reporting {
  /** That of the application when it is `null`. */
  readonly eventUrl: string | null
  /** Whether the end of a leg waits for an answer. */
  readonly isSynchronous: boolean
}

export type NccoInstruction = Instruction<Reporting>

/** "You must serve the NCCO with a Content-Type header of application/json or text/plain": guides/inbound-calls. */
const JSON_TYPE = /^(application\/json|text\/plain)\s*(;|$)/i

const firstOf = (urls: unknown): string | null => (Array.isArray(urls) ? String(urls[0]) : null)
const numberOf = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise)

const connectOf = (given: Fields): NccoInstruction => {
  const { endpoint, eventType, from, limit, timeout } = given
  const [{ number }] = endpoint as readonly [{ readonly number: string }]
  const eventUrl = firstOf(given.eventUrl)
  const isSynchronous = eventType === "synchronous"
  return {
    _tag: "Connect",
    to: `+${number}`,
    // Vonage passes no number on by itself: developer.vonage.com/voice/voice-api/guides/numbers.
    callerId: typeof from === "string" ? `+${from}` : "unknown",
    ringSeconds: numberOf(timeout, 60),
    maxSeconds: numberOf(limit, 7_200),
    action: isSynchronous ? eventUrl : null,
    extra: { eventUrl, isSynchronous }
  }
}

const instructionOf = (given: Fields, eventUrl: string): NccoInstruction => {
  switch (given.action) {
    case "talk":
      return { _tag: "Say", language: String(given.language ?? "en-US"), text: String(given.text) }
    case "stream":
      return { _tag: "Play", url: firstOf(given.streamUrl) ?? "" }
    case "wait":
      return { _tag: "Pause", seconds: numberOf(given.timeout, 10) }
    case "record":
      return {
        _tag: "Record",
        maxSeconds: numberOf(given.timeOut, 7_200),
        hasTone: given.beepStart === true,
        isSilenceKept: true,
        timeoutSeconds: numberOf(given.endOnSilence, 10),
        action: null,
        extra: { eventUrl: firstOf(given.eventUrl), isSynchronous: false }
      }
    case "input": {
      const { maxDigits, submitOnHash, timeOut } = (given.dtmf ?? {}) as Fields
      return {
        _tag: "Gather",
        say: [],
        digits: numberOf(maxDigits, 4),
        finishOnKey: submitOnHash === true ? "#" : "",
        timeoutSeconds: numberOf(timeOut, 3),
        action: firstOf(given.eventUrl) ?? eventUrl,
        isActionWhenEmpty: true
      }
    }
    default:
      return connectOf(given)
  }
}

export type Read =
  | { readonly instructions: ReadonlyArray<NccoInstruction>; readonly violation: null }
  | { readonly instructions: null; readonly violation: string }

const refused = (violation: string): Read => ({ instructions: null, violation })

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What an answer tells the call to do, or what is wrong with it. `eventUrl` is that of the application. */
export const read = (contentType: string, body: string, eventUrl: string): Read => {
  if (!JSON_TYPE.test(contentType))
    return refused(`the content type ${contentType === "" ? "is missing" : contentType}`)
  const ncco = parse(body)
  const violation = ncco === undefined ? "not JSON" : violationOf(ncco)
  if (violation !== null) return refused(violation)
  return {
    instructions: (ncco as ReadonlyArray<Fields>).map((given) => instructionOf(given, eventUrl)),
    violation: null
  }
}
