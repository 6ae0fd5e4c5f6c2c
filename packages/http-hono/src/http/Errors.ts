/** The errors of the host itself. */
import { Schema } from "effect"

export class Unauthenticated extends Schema.TaggedError<Unauthenticated>()("Unauthenticated", {
  message: Schema.String
}) {}

export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { message: Schema.String }) {}

export class MalformedRequest extends Schema.TaggedError<MalformedRequest>()("MalformedRequest", {
  message: Schema.String
}) {}

const Faults = Schema.Array(Schema.Struct({ path: Schema.Array(Schema.String), detail: Schema.String }))

const saidOf = (faults: typeof Faults.Type): string =>
  faults.map(({ detail, path }) => [...path, detail].join(" ")).join("; ")

/** Fields of the body do not fit. */
export class InvalidBody extends Schema.TaggedError<InvalidBody>()("InvalidBody", { faults: Faults }) {
  override get message(): string {
    return saidOf(this.faults)
  }
}

/** Parameters of the query do not fit. */
export class InvalidQuery extends Schema.TaggedError<InvalidQuery>()("InvalidQuery", { faults: Faults }) {
  override get message(): string {
    return saidOf(this.faults)
  }
}

/** The path names nothing that could exist. */
export class NothingHere extends Schema.TaggedError<NothingHere>()("NothingHere", {}) {}

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
