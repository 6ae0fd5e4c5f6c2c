/** The webhook of an inbound SMS or MMS. Source: twilio.com/docs/messaging/guides/webhook-request. */
import { Attachment, type Contact } from "@careline/domain"
import { Destination, type MessageReceived, TelephonyError } from "@careline/ports"
import { isMessageSid } from "../messages/MessageSid.ts"

/** Twilio attaches at most ten. */
const MAX_MEDIA = 10
/** As long as a contact may be. */
const MAX_SENDER = 254

/** `OptOutType`, sent only with Advanced Opt-Out: twilio.com/docs/messaging/tutorials/advanced-opt-out. */
const keywords: ReadonlyMap<string, NonNullable<MessageReceived["providerKeyword"]>> = new Map([
  ["STOP", "opt_out"],
  ["START", "opt_in"],
  ["HELP", "help"]
])

const attachments = (form: URLSearchParams): ReadonlyArray<Attachment.Attachment> => {
  const count = Math.min(Number.parseInt(form.get("NumMedia") ?? "0", 10) || 0, MAX_MEDIA)
  const found: Array<Attachment.Attachment> = []
  for (let index = 0; index < count; index++) {
    const url = form.get(`MediaUrl${index}`)
    const mimeType = form.get(`MediaContentType${index}`)
    if (url !== null && url !== "") found.push({ type: Attachment.typeOf(mimeType), url, mimeType })
  }
  return found
}

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })

/** The event, or what is wrong with the form. Parameters that we do not know are left alone: Twilio adds new ones. */
export const decode = (form: URLSearchParams): MessageReceived | TelephonyError.MalformedWebhook => {
  const providerMessageId = form.get("MessageSid") ?? form.get("SmsSid") ?? ""
  const from = form.get("From")?.trim() ?? ""
  const to = Destination.of(form.get("To") ?? "")
  if (!isMessageSid(providerMessageId)) return malformed("MessageSid is missing or malformed")
  if (from === "" || from.length > MAX_SENDER) return malformed("From is missing or too long")
  if (to === null) return malformed("To is missing")
  return {
    _tag: "MessageReceived",
    providerMessageId,
    from: from as Contact.Contact,
    to,
    text: form.get("Body") ?? "",
    attachments: attachments(form),
    providerKeyword: keywords.get(form.get("OptOutType")?.toUpperCase() ?? "") ?? null
  }
}
