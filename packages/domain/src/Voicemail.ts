/**
 * What the thread says of somebody's call. A function of what is known of the call, so that it says the same whichever way
 * that became known.
 */
import * as Call from "./Call.ts"
import * as Attachment from "./Attachment.ts"
import type { Message } from "./Message.ts"

/** Below this a transcript may say the opposite of what was meant: staff are asked to listen first. */
export const SURE_CONFIDENCE = 0.7

/** What may be said of a recording: not that it is there when nothing can be heard on it. */
const isAudible = ({ isLost, stored }: Call.Recording): boolean => !isLost && stored?.isSilent !== true

const wordsOf = ({ recordings, transcript }: Call.Call): string => {
  const isGone = !recordings.some(isAudible)
  const lost = isGone ? " The recording could not be had from the provider." : ""
  if (transcript === null || transcript.text === "") return `Voicemail received.${lost}`
  const { confidence, text } = transcript
  const isUnsure = confidence !== null && confidence < SURE_CONFIDENCE
  return isUnsure && !isGone
    ? `Voicemail, please listen first, this may be wrong: ${text}`
    : `Voicemail: ${text}${lost}`
}

/** Whether somebody said something, as far as is known. A recording that is lost may have held anything. */
const isVoicemail = ({ recordings, transcript }: Call.Call): boolean =>
  recordings.some((recording) => isAudible(recording) || recording.isLost) || (transcript?.text ?? "") !== ""

/** The content of the call's message, with what can be listened to. Silence is a missed call, not an empty voicemail. */
export const describe = (call: Call.Call): Pick<Message, "content" | "attachments" | "metaData"> => {
  const metaData = {
    provider: call.provider,
    ...(call.providerCallId === null ? {} : { providerMessageId: call.providerCallId })
  }
  if (isVoicemail(call)) {
    return {
      content: wordsOf(call),
      attachments: call.recordings.flatMap(({ durationSeconds, stored }) =>
        stored === null || stored.isSilent
          ? []
          : [
              {
                type: "audio" as const,
                url: Attachment.urlOf(stored.key),
                mimeType: stored.contentType,
                duration: durationSeconds
              }
            ]
      ),
      metaData: { ...metaData, messageSubType: "voicemail" }
    }
  }
  return Call.isOver(call)
    ? { content: "Missed call.", attachments: [], metaData: { ...metaData, messageSubType: "missed_call" } }
    : { content: "Incoming call.", attachments: [], metaData: { ...metaData, messageSubType: "incoming_call" } }
}
