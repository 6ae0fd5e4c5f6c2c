/** What a provider reports of a call while it goes on and after it: each a fact of its own, in any order, any number of times. */
import { Schema } from "effect"
import { CallStatus } from "./CallStatus.ts"

const Seconds = Schema.NullOr(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))

export const CallReport = Schema.TaggedUnion({
  /**
   * How far a leg has come: `own` is the one between the provider's customer and us (whoever called, or was called first),
   * `far` the one that a `Connect` opened.
   */
  Progressed: { leg: Schema.Literals(["own", "far"]), status: CallStatus, durationSeconds: Seconds },
  /** A recording can be fetched. `recording` names it to the adapter's `recordings`. */
  Recorded: { recording: Schema.NonEmptyString, durationSeconds: Seconds },
  /** The provider recorded something and lost it. */
  RecordingLost: { recording: Schema.NullOr(Schema.NonEmptyString) },
  /** The provider wrote down what was said; `text` is `null` when it could not. */
  Transcribed: {
    recording: Schema.NullOr(Schema.NonEmptyString),
    text: Schema.NullOr(Schema.String),
    /** 0 to 1; `null` when the provider does not say. */
    confidence: Schema.NullOr(Schema.Finite)
  }
})
export type CallReport = typeof CallReport.Type
