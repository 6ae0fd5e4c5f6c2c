/** What an endpoint's answer says, and how sure it is. */
import { fc, test } from "@fast-check/vitest"
import { Transcript } from "@careline/ports"
import { Option, Schema } from "effect"
import { assert, describe, it } from "vitest"
import { NO_SPEECH_PROBABILITY, toTranscript } from "../src/Answer.ts"

const segment = (seconds: number, probability: number, noSpeech: number) => ({
  start: 1,
  end: 1 + seconds,
  avg_logprob: Math.log(probability),
  no_speech_prob: noSpeech
})
const transcriptOf = (answer: unknown) => Option.getOrThrow(toTranscript(answer))

describe("A transcript", () => {
  it("is as sure as its segments, by their length", () => {
    const segments = [segment(3, 0.5, 0), segment(1, 0.5 ** 5, 0.4)]
    const { confidence, text } = transcriptOf({ text: " a b ", segments })
    assert.strictEqual(text, "a b")
    assert.closeTo(confidence ?? 0, 0.25 * 0.9, 1e-9)
  })

  it("takes segments without a length evenly", () => {
    const { confidence } = transcriptOf({ text: "a", segments: [segment(0, 0.5, 0), segment(0, 0.5, 0.5)] })
    assert.closeTo(confidence ?? 0, 0.5 * 0.75, 1e-9)
  })

  it("is empty when no segment is speech, and whole when one is", () => {
    const above = NO_SPEECH_PROBABILITY + 0.01
    const text = "Thank you for watching."
    assert.strictEqual(transcriptOf({ text, segments: [segment(1, 0.9, above), segment(1, 0.9, 1)] }).text, "")
    assert.strictEqual(
      transcriptOf({ text, segments: [segment(1, 0.9, 1), segment(1, 0.9, NO_SPEECH_PROBABILITY)] }).text,
      text
    )
  })

  it.each([
    { text: "a" },
    { text: "a", segments: [] },
    { text: "a", segments: null },
    { text: "a", segments: [{ start: 0, end: 1, text: "a" }] }
  ])("of %o says nothing of how sure it is", (answer) => {
    assert.deepStrictEqual(transcriptOf(answer), { text: "a", confidence: null })
  })

  it.each([[null], ["a"], [[]], [{}], [{ text: 1 }], [{ segments: [segment(1, 1, 0)] }]])("is none in %o", (answer) => {
    assert.isTrue(Option.isNone(toTranscript(answer)))
  })

  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const time = fc.oneof(number, fc.double({ noNaN: true, min: 0, max: 300 }))
  const anySegment = fc.record({ start: time, end: time, avg_logprob: number, no_speech_prob: number })
  test.prop([fc.string(), fc.array(anySegment)])("is one whatever the numbers are", (text, segments) => {
    assert.isTrue(Schema.is(Transcript)(transcriptOf({ text, segments })))
  })
})
