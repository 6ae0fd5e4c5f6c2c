/** Vonage's id of a call, the same for each of its legs: `CON-` and a UUID. Source: developer.vonage.com/api/voice. */
const CONVERSATION = /^CON-[\w-]{1,64}$/

export const isConversationUuid = (text: unknown): text is string => typeof text === "string" && CONVERSATION.test(text)
