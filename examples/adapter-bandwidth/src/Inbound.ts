/** `message-received` as Careline's event. */
import { type MessageReceived, TelephonyEvent } from "@careline/ports"
import type { Received } from "./Callback.ts"
import * as MediaType from "./MediaType.ts"

export const toEvent = ({ message }: Received): MessageReceived => {
  const alsoTo = (message.to ?? []).filter((other) => other !== message.owner)
  return TelephonyEvent.cases.MessageReceived.make({
    providerMessageId: message.id,
    from: message.from,
    to: message.owner,
    ...(alsoTo.length === 0 ? {} : { alsoTo }),
    text: message.text ?? "",
    attachments: (message.media ?? []).map(MediaType.toAttachment),
    providerKeyword: null
  })
}
