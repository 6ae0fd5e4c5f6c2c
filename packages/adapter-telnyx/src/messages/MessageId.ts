/** Telnyx's id of a message: a UUID. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export const isMessageId = (text: unknown): text is string => typeof text === "string" && UUID.test(text)
