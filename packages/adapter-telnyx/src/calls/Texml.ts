/**
 * What Telnyx's TeXML has of its own. Source: developers.telnyx.com/docs/voice/programmable-voice/texml-verbs. Telnyx ignores
 * an attribute that it does not know, so a name from TwiML may be a feature that is missing.
 */
import type { Dialect } from "@careline/adapter-kit/twiml"
import { PROVIDER } from "../client/TelnyxOptions.ts"
import { isCallSid, isRecordingSid } from "./CallSid.ts"
import * as Speech from "./Speech.ts"

export const dialect: Dialect = {
  provider: PROVIDER,
  isCallSid,
  isRecordingSid,
  nothingRecorded: [],
  voiceOf: (language) => {
    const spoken = Speech.toLanguage(language)
    return { voice: Speech.VOICE, ...(spoken === null ? {} : { language: spoken }) }
  },
  toSpoken: Speech.toSpoken,
  ringSeconds: { minimum: 5, maximum: 120 },
  connectionSeconds: { minimum: 60, maximum: 14_400 },
  // Of 0 seconds would be endless.
  recordingSeconds: { minimum: 1, maximum: 14_400 },
  // Who is ill may need longer than any silence.
  silenceSeconds: null,
  // By default the two sides are two channels, and one of them is silent.
  record: { channels: "single", format: "wav" },
  dial: {},
  gather: {},
  // No other end of a recording is documented; one that failed comes as `completed`, with its status.
  recordingEvents: ["completed"],
  transcription: "transcription",
  // `<Record>` names no language for its transcription, which is English then.
  transcribedLanguages: ["en"],
  transcribedBelowSeconds: Infinity,
  reportsNoKeys: false
}
