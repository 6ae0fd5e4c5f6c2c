/**
 * What the thread says of somebody's call. A function of what is known of the call, so that it says the same whichever way
 * that became known.
 */
import * as Call from "./Call.ts"
import * as Attachment from "../messages/Attachment.ts"
import type { Message } from "../messages/Message.ts"

/** Below this a transcript may say the opposite of what was meant: staff are asked to listen first. */
export const SURE_CONFIDENCE = 0.7

/** Whether something may be heard on it: a recording that nobody can listen to yet may hold anything. */
const isAudible = (recording: Call.Recording): boolean =>
  !Call.isMissing(recording) && recording.stored?.isSilent !== true

const hasWords = ({ transcript }: Call.Call): boolean => (transcript?.text ?? "") !== ""

const wordsOf = (call: Call.Call): string => {
  const { recordings, transcript } = call
  const isLost = recordings.every(Call.isMissing)
  const lost = isLost ? " The recording could not be had from the provider." : ""
  const isUnsure = hasWords(call) && (transcript?.confidence ?? 1) < SURE_CONFIDENCE
  return isUnsure && !isLost
    ? "Voicemail received. Please listen first: the transcript may be wrong."
    : `Voicemail received.${lost}`
}

/** Whether somebody said something, as far as is known. A recording that is lost may have held anything. */
const isVoicemail = (call: Call.Call): boolean =>
  hasWords(call) || call.recordings.some((recording) => isAudible(recording) || Call.isMissing(recording))

/** What can be listened to. Where somebody heard words, what was taken for silence as well. */
const recordingsOf = (call: Call.Call): Message["attachments"] =>
  call.recordings.flatMap(({ durationSeconds, stored }) =>
    stored === null || (stored.isSilent && !hasWords(call))
      ? []
      : [{ type: "audio", url: Attachment.urlOf(stored.key), mimeType: stored.contentType, duration: durationSeconds }]
  )

/** The content of the call's message, with what can be listened to. Silence is a missed call, not an empty voicemail. */
export const describe = (call: Call.Call): Pick<Message, "attachments" | "content" | "metaData" | "transcript"> => {
  const metaData = {
    ...Call.inMessage(call),
    provider: call.provider,
    ...(call.providerCallId === null ? {} : { providerMessageId: call.providerCallId })
  }
  if (isVoicemail(call)) {
    return {
      content: wordsOf(call),
      transcript: hasWords(call) ? call.transcript : null,
      attachments: recordingsOf(call),
      metaData: { ...metaData, messageSubType: "voicemail" }
    }
  }
  const nothing = { transcript: null, attachments: [] }
  return Call.isOver(call)
    ? { ...nothing, content: "Missed call.", metaData: { ...metaData, messageSubType: "missed_call" } }
    : { ...nothing, content: "Incoming call.", metaData: { ...metaData, messageSubType: "incoming_call" } }
}
