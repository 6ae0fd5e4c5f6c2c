/**
 * Telnyx's ids of calls and recordings. A `CallSid` of TeXML is a call control id, with the version of its form before it, or
 * a UUID, as the examples of its pages have it; a `RecordingSid` is a UUID (developers.telnyx.com/api-reference/callbacks/texml-recording-completed).
 */
const CALL_SID = /^v\d{1,2}:[\w-]{16,200}={0,2}$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isCallSid = (text: unknown): text is string =>
  typeof text === "string" && (CALL_SID.test(text) || UUID.test(text))
export const isRecordingSid = (text: unknown): text is string => typeof text === "string" && UUID.test(text)
