/** What was said, written down. */
import { Schema } from "effect"

export const Transcript = Schema.Struct({
  text: Schema.String,
  /** From 0 to 1; `null` where whoever wrote it down does not say. */
  confidence: Schema.NullOr(Schema.Finite)
})
export type Transcript = typeof Transcript.Type
