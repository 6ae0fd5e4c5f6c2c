/** `message.received`: a text or MMS came in. Source: developers.telnyx.com/docs/messaging/messages/receive-message. */
import { Attachment, type Contact } from "@careline/domain"
import { Destination, type MessageReceived, TelephonyError } from "@careline/ports"
import { Option, Schema } from "effect"
import { isMessageId } from "../messages/MessageId.ts"

/** What comes over the phone network. */
const CHANNELS: ReadonlySet<string> = new Set(["SMS", "MMS"])

/** Telnyx attaches at most ten. */
const MAX_MEDIA = 10
/** As long as a contact may be. */
const MAX_SENDER = 254

const Nullable = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

/** An RCS agent has no number. */
const Party = Schema.Struct({
  phone_number: Nullable(Schema.String),
  agent_id: Nullable(Schema.String),
  status: Nullable(Schema.String)
})

const Payload = Schema.Struct({
  id: Schema.String,
  from: Schema.Struct({ phone_number: Schema.String }),
  to: Schema.NonEmptyArray(Party),
  cc: Nullable(Schema.Array(Party)),
  /** `SMS` or `MMS`; `RCS` and `WHATSAPP` are other channels, whose addresses may look like our numbers. */
  type: Nullable(Schema.String),
  text: Nullable(Schema.String),
  media: Nullable(Schema.Array(Schema.Struct({ url: Nullable(Schema.String), content_type: Nullable(Schema.String) }))),
  /** What Telnyx recognised and answered itself. */
  autoresponse_type: Nullable(Schema.String)
})
const decodePayload = Schema.decodeUnknownOption(Payload)

/** `autoresponse_type`: support.telnyx.com, "Advanced opt-in and opt-out". */
const keywords: ReadonlyMap<string, NonNullable<MessageReceived["providerKeyword"]>> = new Map([
  ["STOP", "opt_out"],
  ["START", "opt_in"],
  ["HELP", "help"]
])

const attachments = (media: typeof Payload.Type.media): ReadonlyArray<Attachment.Attachment> =>
  (media ?? [])
    .slice(0, MAX_MEDIA)
    .flatMap(({ content_type: mimeType = null, url = null }) =>
      url === null || url === "" ? [] : [{ type: Attachment.typeOf(mimeType), url, mimeType }]
    )

const malformed = (message: string) => new TelephonyError.MalformedWebhook({ message })

/** The event, or what is wrong with the payload. Fields that we do not know are left alone: Telnyx adds new ones. */
export const decode = (payload: unknown): MessageReceived | TelephonyError.MalformedWebhook => {
  const known = Option.getOrNull(decodePayload(payload))
  if (known === null || !isMessageId(known.id)) return malformed("The payload is not a received message")
  const from = known.from.phone_number.trim()
  if (from === "" || from.length > MAX_SENDER) return malformed("from is missing or too long")
  // A group message names all its recipients, ours and others, in `to` and `cc`.
  const parties = [...known.to, ...(known.cc ?? [])]
  const channel = CHANNELS.has(known.type?.toUpperCase() ?? "SMS") ? null : known.type!.toLowerCase()
  const addressOf = ({ agent_id: agent, phone_number: number }: typeof Party.Type) =>
    Destination.of(number ?? agent ?? "", channel)
  const to = addressOf(parties.find(({ status }) => status === "webhook_delivered") ?? known.to[0])
  if (to === null) return malformed("to is missing")
  const alsoTo = [...new Set(parties.flatMap((party) => addressOf(party) ?? []))].filter((other) => other !== to)
  return {
    _tag: "MessageReceived",
    providerMessageId: known.id,
    from: from as Contact.Contact,
    to,
    ...(alsoTo.length === 0 ? {} : { alsoTo }),
    text: known.text ?? "",
    attachments: attachments(known.media),
    providerKeyword: keywords.get(known.autoresponse_type?.toUpperCase() ?? "") ?? null
  }
}
