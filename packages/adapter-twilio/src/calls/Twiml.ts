/** What Twilio's TwiML has of its own. Source: twilio.com/docs/voice/twiml. */
import type { Dialect } from "@careline/adapter-kit/twiml"
import { PROVIDER } from "../client/TwilioOptions.ts"
import { isCallSid, isRecordingSid } from "./CallSid.ts"
import * as Speech from "./Speech.ts"

export const dialect: Dialect = {
  provider: PROVIDER,
  isCallSid,
  isRecordingSid,
  // Too short, and silent: twilio.com/docs/api/errors/16101 and 16102.
  nothingRecorded: ["16101", "16102"],
  voiceOf: (language) => {
    const spoken = Speech.toLanguage(language)
    return spoken === null ? {} : { language: spoken }
  },
  toSpoken: Speech.toSpoken,
  ringSeconds: { minimum: 1, maximum: 600 },
  connectionSeconds: { minimum: 1, maximum: 14_400 },
  recordingSeconds: { minimum: 2, maximum: 14_400 },
  // Who is old or ill may need longer than the 5 seconds after which Twilio thinks they are done.
  silenceSeconds: 10,
  // A voice that is faint must not be taken for silence.
  record: { trim: "do-not-trim" },
  dial: { answerOnBridge: true },
  gather: { method: "POST", actionOnEmptyResult: true },
  recordingEvents: ["completed", "absent"],
  transcription: "transcribe",
  transcribedLanguages: ["en"],
  transcribedBelowSeconds: 120,
  reportsNoKeys: true
}
