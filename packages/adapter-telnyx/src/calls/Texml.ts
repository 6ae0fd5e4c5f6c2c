/**
 * What a call does next, as TeXML. Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs. It looks like
 * TwiML and is not: Telnyx ignores an attribute that it does not know, so a name from there is a feature that is missing.
 */
import type { CallPlan, Prompt } from "@careline/domain"
import { CallbackUrl, SpokenText } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import { create, type XMLElement } from "xmlbuilder"
import * as Speech from "./Speech.ts"
import { PROVIDER } from "../client/TelnyxOptions.ts"

/** `<Record>` names no language for its transcription, which is English then. */
export const TRANSCRIBED_LANGUAGES = ["en"]
/** How long a phone may ring, in seconds. */
const RING_SECONDS = { minimum: 5, maximum: 120 }
/** How long a connection may last, in seconds. */
const CONNECTION_SECONDS = { minimum: 60, maximum: 14_400 }
const END_KEY = "#"

const POST = "POST"

const within = ({ maximum, minimum }: typeof RING_SECONDS, seconds: number): number =>
  Math.min(maximum, Math.max(minimum, seconds))

const speak = (parent: XMLElement, prompts: ReadonlyArray<Prompt>): void => {
  for (const prompt of prompts) {
    if (prompt._tag === "Play") {
      parent.ele("Play").txt(SpokenText.forUrl(prompt.url))
      continue
    }
    const language = Speech.toLanguage(prompt.language)
    for (const words of Speech.toSpoken(prompt.text)) {
      parent.ele("Say", { voice: Speech.VOICE, ...(language === null ? {} : { language }) }).txt(words)
    }
  }
}

const renderVoicemail = (
  response: XMLElement,
  publicUrl: string,
  step: Telephony.CallStep,
  { language, maxSeconds }: CallPlan.Voicemail
): void => {
  const isTranscribed = TRANSCRIBED_LANGUAGES.includes(language.split("-")[0] ?? "")
  response.ele("Record", {
    action: CallbackUrl.ofStep(publicUrl, PROVIDER, step, "recording"),
    method: POST,
    // By default any key ends it, and a cheek on the phone is a key.
    finishOnKey: END_KEY,
    // Silence ends nothing: it is told by transcribing the call, and who is ill may need longer.
    maxLength: maxSeconds,
    playBeep: true,
    // By default the two sides are two channels, and one of them is silent.
    channels: "single",
    format: "wav",
    recordingStatusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "recording", step.callId),
    recordingStatusCallbackMethod: POST,
    recordingStatusCallbackEvent: "completed absent",
    ...(isTranscribed
      ? {
          transcription: true,
          transcriptionCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "transcription", step.callId)
        }
      : {})
  })
}

const renderConnect = (
  response: XMLElement,
  publicUrl: string,
  step: Telephony.CallStep,
  { callerId, maxSeconds, ringSeconds, to }: CallPlan.Connect
): void => {
  response
    .ele("Dial", {
      // Without it the other side would see the caller's own number.
      callerId,
      timeout: within(RING_SECONDS, ringSeconds),
      timeLimit: within(CONNECTION_SECONDS, maxSeconds),
      action: CallbackUrl.ofStep(publicUrl, PROVIDER, step, "connection"),
      method: POST
    })
    .ele("Number", {
      statusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "call-status", step.callId),
      statusCallbackEvent: "initiated ringing answered completed",
      statusCallbackMethod: POST
    })
    .txt(to)
}

const renderGather = (
  response: XMLElement,
  publicUrl: string,
  step: Telephony.CallStep,
  { digits, say, timeoutSeconds }: CallPlan.Gather
): void => {
  const pressed = CallbackUrl.ofStep(publicUrl, PROVIDER, step, "keys")
  const gather = response.ele("Gather", {
    input: "dtmf",
    numDigits: digits,
    timeout: timeoutSeconds,
    finishOnKey: END_KEY,
    action: pressed,
    method: POST
  })
  speak(gather, say)
  // Nothing pressed is a branch of the plan too, and the call goes on after the verb then.
  response.ele("Redirect", { method: POST }).txt(pressed)
}

/** The document that makes a call take this step. */
export const render = (publicUrl: string, step: Telephony.CallStep): string => {
  // What has no place in XML, in a URL for one, is not to make the rest of the document unreadable.
  const response = create("Response", { version: "1.0", encoding: "UTF-8", invalidCharReplacement: " " })
  const { node } = step
  if (node._tag !== "Reject" && node._tag !== "Gather") speak(response, node.say)
  switch (node._tag) {
    case "Reject":
      response.ele("Reject", { reason: node.reason })
      break
    case "Hangup":
      response.ele("Hangup")
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
  return response.end()
}
