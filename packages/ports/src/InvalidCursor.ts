/** A cursor that no query of this kind gave. */
import { Schema } from "effect"

export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", {
  message: Schema.String
}) {}
