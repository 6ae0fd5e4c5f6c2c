/** Twilio's ids of calls and recordings. Source: twilio.com/docs/glossary/what-is-a-sid. */
const CALL_SID = /^CA[0-9a-fA-F]{32}$/
const RECORDING_SID = /^RE[0-9a-fA-F]{32}$/

export const isCallSid = (text: unknown): text is string => typeof text === "string" && CALL_SID.test(text)
export const isRecordingSid = (text: unknown): text is string => typeof text === "string" && RECORDING_SID.test(text)
