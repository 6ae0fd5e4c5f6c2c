/** A webhook's body: an event, or a list of them. https://dev.bandwidth.com/docs/messaging/webhooks */
import { Contact } from "@careline/domain"
import { Destination } from "@careline/ports"
import { Schema } from "effect"

export const Events = Schema.fromJsonString(Schema.Unknown)

/** Any event, also one of the future. */
export const Event = Schema.Struct({ type: Schema.String })

/** `message-received`. */
export const Received = Schema.Struct({
  message: Schema.Struct({
    id: Schema.NonEmptyString,
    /** Our number that this copy of the message came to: a group has several in `to`. */
    owner: Destination.Destination,
    to: Schema.optionalKey(Schema.NullOr(Schema.Array(Destination.Destination))),
    from: Contact.Contact,
    text: Schema.optionalKey(Schema.NullOr(Schema.String)),
    media: Schema.optionalKey(Schema.NullOr(Schema.Array(Schema.String)))
  })
})
export type Received = typeof Received.Type

export const reportTypes = ["message-sending", "message-sent", "message-delivered", "message-failed"] as const
export type ReportType = (typeof reportTypes)[number]

export const Report = Schema.Struct({
  type: Schema.Literals(reportTypes),
  description: Schema.optionalKey(Schema.NullOr(Schema.String)),
  errorCode: Schema.optionalKey(Schema.NullOr(Schema.Union([Schema.Int, Schema.String]))),
  message: Schema.Struct({
    id: Schema.NonEmptyString,
    /** Our attempt. */
    tag: Schema.optionalKey(Schema.NullOr(Schema.String))
  })
})
export type Report = typeof Report.Type
