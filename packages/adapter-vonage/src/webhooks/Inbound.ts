/** The webhook of an inbound SMS or MMS. Source: developer.vonage.com/api/messages, "Inbound Message". */
import { Attachment } from "@careline/domain"
import { type MessageReceived, TelephonyError } from "@careline/ports"
import { Predicate } from "effect"
import * as Digits from "../client/Digits.ts"
import * as Field from "../client/Field.ts"
import type * as Payload from "./Payload.ts"

/** What an MMS brings: all its parts when there are several, else the object that its type names. */
const mediaOf = (payload: Payload.Payload): ReadonlyArray<readonly [type: unknown, media: unknown]> => {
  const { content, message_type: type } = payload
  const parts: ReadonlyArray<unknown> = Array.isArray(content) ? content : []
  if (parts.length > 0) return parts.map((part) => [Field.of(part, "type"), part])
  return Predicate.isString(type) && type !== "text" ? [[type, Field.of(payload, type)]] : []
}

const attachmentsOf = (media: ReturnType<typeof mediaOf>): ReadonlyArray<Attachment.Attachment> =>
  media.flatMap(([type, part]) => {
    const url = Field.of(part, "url")
    return Predicate.isString(url) && url !== ""
      ? [{ type: Attachment.typeOf(Field.textOf(type)), url, mimeType: null }]
      : []
  })

/** The text of an MMS is a caption, of the first part that has one. */
const captionOf = (payload: Payload.Payload, media: ReturnType<typeof mediaOf>): string | undefined =>
  [Field.of(payload, Field.textOf(payload.message_type)), ...media.map(([, part]) => part)]
    .map((part) => Field.of(part, "caption"))
    .filter(Predicate.isString)
    .find((caption) => caption !== "")

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })

/**
 * The event, or what is wrong with the payload. Fields that we do not know are left alone, and what came over another channel, or
 * as an MMS of an unknown type, is kept with what can be read of it: somebody wrote to us.
 */
export const decode = (payload: Payload.Payload): MessageReceived | TelephonyError.MalformedWebhook => {
  const { channel, message_type: type, message_uuid: providerMessageId, text } = payload
  const to = Digits.toDestination(payload.to, channel === "sms" || channel === "mms" ? null : channel)
  if (to === null) return malformed("to is missing")
  if (channel === "sms" && !Predicate.isString(text)) return malformed("text is missing")
  if (channel === "mms" && !Predicate.isString(type)) return malformed("message_type is missing")
  const media = channel === "sms" ? [] : mediaOf(payload)
  return {
    _tag: "MessageReceived",
    providerMessageId,
    from: Digits.toContact(payload.from),
    to,
    text: captionOf(payload, media) ?? (Predicate.isString(text) ? text : ""),
    attachments: attachmentsOf(media),
    // `sms.keyword` is the first word of the text, and says nothing of who answered it.
    providerKeyword: null
  }
}
