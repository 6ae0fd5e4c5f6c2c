/** A text as the SDK takes it, which writes the keys in snake case. Source: developer.vonage.com/api/messages. */
import { CallbackUrl } from "@careline/adapter-kit"
import { type Telephony } from "@careline/ports"
import * as Digits from "../client/Digits.ts"
import * as MediaType from "../media/MediaType.ts"
import { PROVIDER } from "../client/VonageOptions.ts"

/** The longest `client_ref`. The callback URL carries a longer id alone. */
const MAX_CLIENT_REF = 100

const content = ({ body, mediaUrls }: Pick<Telephony.OutboundMessage, "body" | "mediaUrls">) => {
  const media = mediaUrls.map((url, index) => ({
    type: MediaType.ofUrl(url),
    url,
    // The text of an MMS is the caption of its first attachment.
    ...(index === 0 && body !== "" ? { caption: body } : {})
  }))
  const [first, ...others] = media
  if (first === undefined) return { channel: "sms", messageType: "text", text: body }
  if (others.length > 0) return { channel: "mms", messageType: "content", content: media }
  const { type, ...named } = first
  return { channel: "mms", messageType: type, [type]: named }
}

export const make = (publicUrl: string, message: Telephony.OutboundMessage) => ({
  ...content(message),
  to: Digits.ofE164(message.to),
  from: Digits.ofE164(message.from),
  ...(message.attemptId.length > MAX_CLIENT_REF ? {} : { clientRef: message.attemptId }),
  webhookUrl: CallbackUrl.ofAttempt(publicUrl, PROVIDER, message.attemptId),
  webhookVersion: "v1"
})
