/** What a speech endpoint answered, as a transcript: `verbose_json` of OpenAI's API, or no more than the text. */
import type { Transcript } from "@careline/ports"
import { Option, Schema } from "effect"

/** From which probability on a segment counts as no speech: Whisper's own `no_speech_threshold`. */
export const NO_SPEECH_PROBABILITY = 0.6

/** Up to a day: what lies beyond is no time. */
const Seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400 }))

const Segment = Schema.Struct({
  start: Seconds,
  end: Seconds,
  /** Mean of the natural logarithms of its tokens' probabilities. */
  avg_logprob: Schema.Finite,
  no_speech_prob: Schema.Finite
})
type Segment = typeof Segment.Type

const decodeText = Schema.decodeUnknownOption(Schema.Struct({ text: Schema.String }))
const decodeSegments = Schema.decodeUnknownOption(Schema.Struct({ segments: Schema.NonEmptyArray(Segment) }))

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

/** Weighted by how long the segments are; evenly when none has a length. */
const mean = (segments: ReadonlyArray<Segment>, valueOf: (segment: Segment) => number): number => {
  const lengths = segments.map(({ end, start }) => Math.max(0, end - start))
  const total = lengths.reduce((sum, length) => sum + length, 0)
  const weightOf = (index: number) => (total === 0 ? 1 / segments.length : (lengths[index] ?? 0) / total)
  return segments.reduce((sum, segment, index) => sum + valueOf(segment) * weightOf(index), 0)
}

/** How likely the words are right, and words at all. */
const confidenceOf = (segments: ReadonlyArray<Segment>): number =>
  clamp(Math.exp(mean(segments, ({ avg_logprob }) => avg_logprob))) *
  (1 - clamp(mean(segments, ({ no_speech_prob }) => no_speech_prob)))

/**
 * None when it is no transcript. Of a recording without speech Whisper makes words up, so when every segment is probably
 * none, there is no text.
 */
export const toTranscript = (answer: unknown): Option.Option<Transcript> =>
  Option.map(decodeText(answer), ({ text }) =>
    Option.match(decodeSegments(answer), {
      onNone: () => ({ text: text.trim(), confidence: null }),
      onSome: ({ segments }) => ({
        text: segments.every(({ no_speech_prob }) => no_speech_prob > NO_SPEECH_PROBABILITY) ? "" : text.trim(),
        confidence: confidenceOf(segments)
      })
    })
  )
