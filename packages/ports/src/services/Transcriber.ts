/** Speech to text, for recordings that the provider did not write down. */
import type { Language } from "@careline/domain"
import { Context, type Effect, Schema } from "effect"

/** What was said. */
export const Transcript = Schema.Struct({
  /** Empty when nobody said anything. */
  text: Schema.String,
  /** How sure the transcriber is, 0 to 1; `null` when it does not say. */
  confidence: Schema.NullOr(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
})
export type Transcript = typeof Transcript.Type

/** The transcriber failed. Says nothing of what was said. */
export class TranscriberError extends Schema.TaggedError<TranscriberError>()("TranscriberError", {
  message: Schema.String,
  /** Whether trying again may help. */
  isRetryable: Schema.Boolean
}) {}

/** Writes recordings down. */
export class Transcriber extends Context.Service<
  Transcriber,
  {
    /** What is said in a recording. */
    readonly transcribe: (recording: {
      readonly bytes: Uint8Array
      /** Media type, without parameters: `audio/wav`. */
      readonly contentType: string
      /** What the caller chose to hear, so most likely speaks. */
      readonly language: Language
    }) => Effect.Effect<Transcript, TranscriberError>
  }
>()("careline/ports/Transcriber") {}
