/** Twilio's id of a message: `SM` for a text, `MM` for one with media. Source: twilio.com/docs/messaging/api/message-resource. */
const MESSAGE_SID = /^(SM|MM)[0-9a-fA-F]{32}$/

export const isMessageSid = (text: unknown): text is string => typeof text === "string" && MESSAGE_SID.test(text)
