/** The error for a cursor that no query of this kind gave. */
import { Schema } from "effect"

/** The cursor is not one that this list gave. */
export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", {
  message: Schema.String
}) {}
