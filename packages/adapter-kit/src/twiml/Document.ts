/** What a call does next, as a document of TwiML or of what is like it. */
import type { CallPlan, Prompt } from "@careline/domain"
import type { Telephony } from "@careline/ports"
import { create, type XMLElement } from "xmlbuilder"
import * as CallbackUrl from "../CallbackUrl.ts"
import * as SpokenText from "../SpokenText.ts"
import type { Bounds, Dialect } from "./Dialect.ts"

const POST = "POST"
/** By default any key may end a recording, and a cheek on the phone is a key. */
const END_KEY = "#"

/** The events that a leg is reported with: all of them. */
export const LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]

/** Seconds, within what a provider takes. */
export const within = ({ maximum, minimum }: Bounds, seconds: number): number =>
  Math.min(maximum, Math.max(minimum, seconds))

/** The document that makes a call take this step. */
export const render = (dialect: Dialect, publicUrl: string, step: Telephony.CallStep): string => {
  const { provider } = dialect
  const { callId, node } = step
  const after = (end: CallbackUrl.After): string => CallbackUrl.ofStep(publicUrl, provider, step, end)
  const reportTo = (kind: Telephony.WebhookKind): string => CallbackUrl.ofCall(publicUrl, provider, kind, callId)

  const speak = (parent: XMLElement, prompts: ReadonlyArray<Prompt>): void => {
    for (const prompt of prompts) {
      if (prompt._tag === "Play") {
        parent.ele("Play").txt(SpokenText.forUrl(prompt.url))
        continue
      }
      for (const words of dialect.toSpoken(prompt.text)) {
        parent.ele("Say", { ...dialect.voiceOf(prompt.language) }).txt(words)
      }
    }
  }

  const record = ({ language, maxSeconds }: CallPlan.Voicemail): void => {
    const { silenceSeconds, transcribedBelowSeconds, transcribedLanguages, transcription } = dialect
    const isTranscribed =
      transcribedLanguages.includes(language.split("-")[0] ?? "") && maxSeconds <= transcribedBelowSeconds
    // A message that fills its time has to end before.
    const longest = isTranscribed ? Math.min(maxSeconds, transcribedBelowSeconds - 1) : maxSeconds
    response.ele("Record", {
      action: after("recording"),
      method: POST,
      maxLength: within(dialect.recordingSeconds, longest),
      ...(silenceSeconds === null ? {} : { timeout: silenceSeconds }),
      finishOnKey: END_KEY,
      playBeep: true,
      ...dialect.record,
      recordingStatusCallback: reportTo("recording"),
      recordingStatusCallbackEvent: dialect.recordingEvents.join(" "),
      recordingStatusCallbackMethod: POST,
      ...(isTranscribed ? { [transcription]: true, [`${transcription}Callback`]: reportTo("transcription") } : {})
    })
  }

  const connect = ({ callerId, maxSeconds, ringSeconds, to }: CallPlan.Connect): void => {
    const dial = response.ele("Dial", {
      // Without it the other side would see the caller's own number.
      callerId,
      ...dialect.dial,
      timeout: within(dialect.ringSeconds, ringSeconds),
      timeLimit: within(dialect.connectionSeconds, maxSeconds),
      action: after("connection"),
      method: POST
    })
    const reports = {
      statusCallback: reportTo("call-status"),
      statusCallbackEvent: LEG_EVENTS.join(" "),
      statusCallbackMethod: POST
    }
    dial.ele("Number", reports).txt(to)
  }

  const gather = ({ digits, say, timeoutSeconds }: CallPlan.Gather): void => {
    const keys = response.ele("Gather", {
      input: "dtmf",
      numDigits: digits,
      timeout: timeoutSeconds,
      finishOnKey: END_KEY,
      action: after("keys"),
      ...dialect.gather
    })
    speak(keys, say)
    // Nothing pressed is a branch of the plan too.
    if (!dialect.reportsNoKeys) response.ele("Redirect", { method: POST }).txt(after("keys"))
  }

  // What has no place in XML, in a URL for one, is not to make the rest of the document unreadable.
  const response = create("Response", { version: "1.0", encoding: "UTF-8", invalidCharReplacement: " " })
  if (node._tag !== "Reject" && node._tag !== "Gather") speak(response, node.say)
  switch (node._tag) {
    case "Reject":
      response.ele("Reject", { reason: node.reason })
      break
    case "Hangup":
      response.ele("Hangup")
      break
    case "Voicemail":
      record(node)
      break
    case "Connect":
      connect(node)
      break
    case "Gather":
      gather(node)
      break
  }
  return response.end()
}
