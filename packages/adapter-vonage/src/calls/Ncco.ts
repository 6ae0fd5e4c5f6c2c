/**
 * What a call does next, as an NCCO: a list of actions, after the last of which the call ends.
 * Source: developer.vonage.com/voice/voice-api/ncco-reference. The SDK's types know neither all fields nor that numbers are
 * digits, and its builder would have to be loaded while somebody waits.
 */
import type { CallPlan, Prompt } from "@careline/domain"
import { CallbackUrl, SpokenText } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import * as Digits from "../client/Digits.ts"
import * as Speech from "./Speech.ts"
import { PROVIDER } from "../client/VonageOptions.ts"

/** One action of an NCCO. */
export type Action = Readonly<Record<string, unknown>> & { readonly action: string }

/** How long a recording may be, in seconds. */
const RECORD_SECONDS = { minimum: 3, maximum: 7_200 }
/** The longest silence that a recording outlasts, in seconds: who is old or ill may need it. */
const SILENCE_SECONDS = 10
/** The longest that a phone may ring, in seconds: that of calls over the API, as none is named for `connect`. */
export const MAX_RING_SECONDS = 120
/** The longest that a connected call may last, in seconds. */
const MAX_CONNECTED_SECONDS = 7_200
const END_KEY = "#"

const POST = "POST"

const within = (
  seconds: number,
  { maximum, minimum }: { readonly minimum: number; readonly maximum: number }
): number => Math.min(maximum, Math.max(minimum, seconds))

const spoken = (prompts: ReadonlyArray<Prompt>, more: object = {}): ReadonlyArray<Action> =>
  prompts.flatMap((prompt): ReadonlyArray<Action> => {
    if (prompt._tag === "Play") return [{ action: "stream", streamUrl: [SpokenText.forUrl(prompt.url)], ...more }]
    const language = Speech.toLanguage(prompt.language)
    return Speech.toSpoken(prompt.text).map((text) => ({
      action: "talk",
      text,
      ...(language === null ? {} : { language }),
      ...more
    }))
  })

/** Ends by itself, so that what stands after it is carried out then; without an end it would go on beside it. */
const record = (publicUrl: string, { callId }: Telephony.CallStep, { maxSeconds }: CallPlan.Voicemail): Action => ({
  action: "record",
  // What every telephone sounds like, and what can be listened to without a decoder.
  format: "wav",
  beepStart: true,
  endOnKey: END_KEY,
  endOnSilence: SILENCE_SECONDS,
  timeOut: within(maxSeconds, RECORD_SECONDS),
  eventUrl: [CallbackUrl.ofCall(publicUrl, PROVIDER, "recording", callId)],
  eventMethod: POST
})

const connect = (publicUrl: string, step: Telephony.CallStep, node: CallPlan.Connect): Action => ({
  action: "connect",
  // Without it the other side would see the caller's own number, or none.
  from: Digits.ofE164(node.callerId),
  timeout: Math.min(node.ringSeconds, MAX_RING_SECONDS),
  limit: Math.min(node.maxSeconds, MAX_CONNECTED_SECONDS),
  // What is answered to the end of the other leg takes the place of this NCCO.
  eventType: "synchronous",
  eventUrl: [CallbackUrl.ofStep(publicUrl, PROVIDER, step, "connection")],
  eventMethod: POST,
  endpoint: [{ type: "phone", number: Digits.ofE164(node.to) }]
})

const input = (publicUrl: string, step: Telephony.CallStep, { digits, timeoutSeconds }: CallPlan.Gather): Action => ({
  action: "input",
  type: ["dtmf"],
  dtmf: { maxDigits: digits, timeOut: timeoutSeconds, submitOnHash: true },
  eventUrl: [CallbackUrl.ofStep(publicUrl, PROVIDER, step, "keys")],
  eventMethod: POST
})

/**
 * The NCCO that makes a call take this step. There is no action to refuse a call: one that is told to do nothing ends
 * before it is taken.
 */
export const render = (publicUrl: string, step: Telephony.CallStep): ReadonlyArray<Action> => {
  const { node } = step
  switch (node._tag) {
    case "Reject":
      return []
    case "Hangup":
      return spoken(node.say)
    case "Voicemail":
      return [...spoken(node.say), record(publicUrl, step, node), ...spoken(node.after)]
    case "Connect":
      return [...spoken(node.say), connect(publicUrl, step, node)]
    case "Gather":
      return [...spoken(node.say, { bargeIn: true }), input(publicUrl, step, node)]
  }
}
