/** The JSON of a webhook of the Messages API: what every one has, and the rest as it came. */
import { Option, Schema } from "effect"

/** As long as an id may be, though Vonage's are UUIDs. */
const MAX_ID = 128

const Payload = Schema.StructWithRest(
  Schema.Struct({
    channel: Schema.NonEmptyString,
    message_uuid: Schema.NonEmptyString.check(Schema.isMaxLength(MAX_ID))
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)
export type Payload = typeof Payload.Type

const decoder = new TextDecoder()

/** `null` for bytes that are no such JSON. */
export const decode = (body: Uint8Array): Payload | null =>
  Option.getOrNull(Schema.decodeUnknownOption(Schema.fromJsonString(Payload))(decoder.decode(body)))
