/** What a call does next, as TwiML. Source: twilio.com/docs/voice/twiml. */
import type { CallPlan, Prompt } from "@careline/domain"
import { CallbackUrl, SpokenText } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import VoiceResponse from "twilio/lib/twiml/VoiceResponse.js"
import * as Speech from "./Speech.ts"
import { PROVIDER } from "../client/TwilioOptions.ts"

/** The languages that `transcribe` knows: twilio.com/docs/voice/twiml/record. */
export const TRANSCRIBED_LANGUAGES = ["en"]
/** It writes down what is shorter than this, in seconds: a message that fills its time has to end before. */
const TRANSCRIBED_BELOW_SECONDS = 120
/** The shortest recording that `<Record>` may be bound to, in seconds. */
const MIN_RECORD_SECONDS = 2
/** Who is old or ill may need longer than the 5 seconds of silence after which Twilio thinks they are done. */
const SILENCE_SECONDS = 10
/** The longest that a phone may ring, in seconds: twilio.com/docs/voice/twiml/dial. */
const MAX_RING_SECONDS = 600
const END_KEY = "#"

const POST = "POST"

interface Speaker {
  readonly say: {
    (attributes: VoiceResponse.SayAttributes, message: string): unknown
    (message: string): unknown
  }
  readonly play: (url: string) => unknown
}

const speak = (speaker: Speaker, prompts: ReadonlyArray<Prompt>): void => {
  for (const prompt of prompts) {
    if (prompt._tag === "Play") {
      speaker.play(SpokenText.forUrl(prompt.url))
      continue
    }
    const language = Speech.toLanguage(prompt.language) as VoiceResponse.SayAttributes["language"] | null
    for (const words of Speech.toSpoken(prompt.text)) {
      if (language === null || language === undefined) speaker.say(words)
      else speaker.say({ language }, words)
    }
  }
}

/** What each kind of node adds after its words. */
const renderVoicemail = (
  response: VoiceResponse,
  publicUrl: string,
  step: Telephony.CallStep,
  { language, maxSeconds }: CallPlan.Voicemail
): void => {
  const { callId } = step
  const isTranscribed =
    TRANSCRIBED_LANGUAGES.includes(language.split("-")[0] ?? "") && maxSeconds <= TRANSCRIBED_BELOW_SECONDS
  const longest = isTranscribed ? Math.min(maxSeconds, TRANSCRIBED_BELOW_SECONDS - 1) : maxSeconds
  response.record({
    action: CallbackUrl.ofStep(publicUrl, PROVIDER, step, "recording"),
    method: POST,
    maxLength: Math.max(MIN_RECORD_SECONDS, longest),
    timeout: SILENCE_SECONDS,
    finishOnKey: END_KEY,
    playBeep: true,
    // A voice that is faint must not be taken for silence.
    trim: "do-not-trim",
    recordingStatusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "recording", callId),
    recordingStatusCallbackEvent: ["completed", "absent"],
    recordingStatusCallbackMethod: POST,
    ...(isTranscribed
      ? { transcribe: true, transcribeCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "transcription", callId) }
      : {})
  })
}

const renderConnect = (
  response: VoiceResponse,
  publicUrl: string,
  step: Telephony.CallStep,
  { callerId, maxSeconds, ringSeconds, to }: CallPlan.Connect
): void => {
  response
    .dial({
      // Without it the other side would see the caller's own number.
      callerId,
      answerOnBridge: true,
      timeout: Math.min(ringSeconds, MAX_RING_SECONDS),
      timeLimit: maxSeconds,
      action: CallbackUrl.ofStep(publicUrl, PROVIDER, step, "connection"),
      method: POST
    })
    .number(
      {
        statusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "call-status", step.callId),
        statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
        statusCallbackMethod: POST
      },
      to
    )
}

const renderGather = (
  response: VoiceResponse,
  publicUrl: string,
  step: Telephony.CallStep,
  { digits, say, timeoutSeconds }: CallPlan.Gather
): void => {
  const gather = response.gather({
    input: ["dtmf"],
    numDigits: digits,
    timeout: timeoutSeconds,
    finishOnKey: END_KEY,
    // Nothing pressed is a branch of the plan too.
    actionOnEmptyResult: true,
    action: CallbackUrl.ofStep(publicUrl, PROVIDER, step, "keys"),
    method: POST
  })
  speak(gather, say)
}

/** The document that makes a call take this step. */
export const render = (publicUrl: string, step: Telephony.CallStep): string => {
  const response = new VoiceResponse()
  const { node } = step
  if (node._tag !== "Reject" && node._tag !== "Gather") speak(response, node.say)
  switch (node._tag) {
    case "Reject":
      response.reject({ reason: node.reason })
      break
    case "Hangup":
      response.hangup()
      break
    case "Voicemail":
      renderVoicemail(response, publicUrl, step, node)
      break
    case "Connect":
      renderConnect(response, publicUrl, step, node)
      break
    case "Gather":
      renderGather(response, publicUrl, step, node)
      break
  }
  return response.toString()
}
