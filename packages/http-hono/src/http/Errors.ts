/** What the host itself refuses. */
import { Schema } from "effect"

export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", {
  message: Schema.String
}) {}

export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { message: Schema.String }) {}

export class MalformedRequest extends Schema.TaggedError<MalformedRequest>()("MalformedRequest", {
  message: Schema.String
}) {}

export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", { message: Schema.String }) {}

export class TooManyRequests extends Schema.TaggedError<TooManyRequests>()("TooManyRequests", {
  perMinute: Schema.Int,
  retryAfterMillis: Schema.Finite
}) {
  override get message(): string {
    return `More than ${this.perMinute} requests in a minute`
  }
}

export class TooManyStreams extends Schema.TaggedError<TooManyStreams>()("TooManyStreams", { atMost: Schema.Int }) {
  override get message(): string {
    return `More than ${this.atMost} event streams of one user: close one first`
  }
}

export class UnsupportedMediaType extends Schema.TaggedError<UnsupportedMediaType>()("UnsupportedMediaType", {
  message: Schema.String
}) {}
