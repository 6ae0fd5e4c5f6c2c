/** A recording is silent only when nothing can be heard in it. */
import { fc, test } from "@fast-check/vitest"
import { assert, describe, it } from "vitest"
import { isSilent, SILENCE_RMS, WINDOW_MILLIS } from "../src/calls/Silence.ts"

const PCM = 1
const A_LAW = 6
const MU_LAW = 7

type Encoding = { readonly tag: number; readonly bits: number; readonly encode: (sample: number) => number }

/** The code whose value, by the tables of G.711, is nearest. */
const nearest = (values: ReadonlyArray<readonly [code: number, value: number]>) => (sample: number) =>
  values.reduce((best, one) => (Math.abs(one[1] - sample) < Math.abs(best[1] - sample) ? one : best))[0]

/** Segments and steps of G.711, as the values of their codes: positive ones have the first bit. */
const codes = Array.from({ length: 256 }, (_, code) => code)
const muLawValues = codes.map((code) => {
  const [segment, step] = [7 - ((code >> 4) & 7), 15 - (code & 15)]
  const value = 2 ** segment * (step * 8 + 132) - 132
  return [code, code >= 128 ? value : -value] as const
})
const aLawValues = codes.map((code) => {
  const even = code ^ 0x55
  const [segment, step] = [(even >> 4) & 7, even & 15]
  const value = segment === 0 ? step * 16 + 8 : 2 ** (segment - 1) * (step * 16 + 264)
  return [code, code >= 128 ? value : -value] as const
})

const encodings: Readonly<Record<string, Encoding>> = {
  "PCM of 16 bits": { tag: PCM, bits: 16, encode: (sample) => Math.round(sample) },
  "PCM of 8 bits": { tag: PCM, bits: 8, encode: (sample) => Math.round(sample / 256) + 128 },
  "µ-law": { tag: MU_LAW, bits: 8, encode: nearest(muLawValues) },
  "A-law": { tag: A_LAW, bits: 8, encode: nearest(aLawValues) }
}

const chunk = (name: string, body: Uint8Array, size = body.byteLength) => {
  const padded = new Uint8Array(8 + body.byteLength + (body.byteLength % 2))
  padded.set(new TextEncoder().encode(name))
  new DataView(padded.buffer).setUint32(4, size, true)
  padded.set(body, 8)
  return padded
}
const riff = (...chunks: ReadonlyArray<Uint8Array>) =>
  new Uint8Array(Buffer.concat([chunk("RIFF", new TextEncoder().encode("WAVE")), ...chunks]))

const formatOf = ({ bits, tag }: Pick<Encoding, "bits" | "tag">, rate: number, channels: number) => {
  const view = new DataView(new ArrayBuffer(16))
  const frame = (channels * bits) / 8
  view.setUint16(0, tag, true)
  view.setUint16(2, channels, true)
  view.setUint32(4, rate, true)
  view.setUint32(8, rate * frame, true)
  view.setUint16(12, frame, true)
  view.setUint16(14, bits, true)
  return chunk("fmt ", new Uint8Array(view.buffer))
}
const dataOf = ({ bits, encode }: Encoding, samples: ReadonlyArray<number>) => {
  const encoded = samples.map(encode)
  return new Uint8Array(bits === 16 ? Int16Array.from(encoded).buffer : Uint8Array.from(encoded).buffer)
}
const wav = (encoding: Encoding, samples: ReadonlyArray<number>, rate = 8000, channels = 1) =>
  riff(formatOf(encoding, rate, channels), chunk("data", dataOf(encoding, samples)))

const silence = (count: number) => Array.from({ length: count }, () => 0)
const pcm = encodings["PCM of 16 bits"]!
const quiet = wav(pcm, silence(800))

const anyEncoding = fc.constantFrom(...Object.values(encodings))
const anyRate = fc.constantFrom(8000, 11_025, 16_000)
const tone = (hertz: number, amplitude: number, rate: number, frames: number) =>
  Array.from({ length: frames }, (_, frame) => amplitude * Math.sin((2 * Math.PI * hertz * frame) / rate))

describe("A recording", () => {
  it.each(Object.entries(encodings))("in %s of nothing is silent", (_, encoding) => {
    assert.isTrue(isSilent(wav(encoding, silence(4000)), "audio/wav"))
    assert.isTrue(isSilent(wav(encoding, silence(8000), 8000, 2), "audio/x-wav"))
    assert.isTrue(isSilent(wav(encoding, []), "audio/wav"))
  })

  test.prop([
    fc.constantFrom(...["PCM of 16 bits", "µ-law", "A-law"].map((name) => encodings[name]!)),
    fc.array(fc.integer({ min: -80, max: 80 }), { maxLength: 1000 })
  ])("of low hiss is silent", (encoding, samples) => {
    assert.isTrue(isSilent(wav(encoding, samples), "audio/wav"))
  })

  test.prop([
    anyEncoding,
    anyRate,
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 100, max: 3400 }),
    fc.integer({ min: 4 * Math.ceil(SILENCE_RMS), max: 32_000 }),
    fc.nat()
  ])(
    "with a tone anywhere, in any channel, is never silent",
    (encoding, rate, channels, before, after, hertz, loud, which) => {
      const frames = Math.ceil((rate * WINDOW_MILLIS) / 1000)
      const heard = [...silence(before), ...tone(hertz, loud, rate, frames), ...silence(after)]
      const samples = heard.flatMap((sample) =>
        Array.from({ length: channels }, (_, channel) => (channel === which % channels ? sample : 0))
      )
      assert.isFalse(isSilent(wav(encoding, samples, rate, channels), "audio/wav"))
    }
  )

  it("is heard from just above the threshold on", () => {
    const steady = (level: number) =>
      wav(
        pcm,
        Array.from({ length: 400 }, (_, index) => (index % 2 === 0 ? level : -level))
      )
    assert.isTrue(isSilent(steady(Math.floor(SILENCE_RMS)), "audio/wav"))
    assert.isFalse(isSilent(steady(Math.ceil(SILENCE_RMS)), "audio/wav"))
  })

  it("is heard when it is shorter than the window", () => {
    assert.isFalse(isSilent(wav(pcm, tone(440, 1000, 8000, 20)), "audio/wav"))
  })

  it("may have other chunks, and begin anywhere in its memory", () => {
    const { buffer } = new Uint8Array([
      ...Array.from({ length: 3 }, () => 7),
      ...quiet,
      ...chunk("LIST", new Uint8Array(5))
    ])
    assert.isTrue(isSilent(new Uint8Array(buffer, 3), "audio/wav"))
  })

  const zeros = new Uint8Array(1600)
  it.each([
    ["of another media type", quiet, "audio/mpeg"],
    ["that is empty", new Uint8Array(), "audio/wav"],
    ["that ends in its header", quiet.slice(0, 30), "audio/wav"],
    ["that ends early", quiet.slice(0, -100), "audio/wav"],
    ["with more behind it", new Uint8Array([...quiet, ...zeros]), "audio/wav"],
    ["without a format", riff(chunk("data", zeros)), "audio/wav"],
    ["without samples", riff(formatOf(pcm, 8000, 1)), "audio/wav"],
    [
      "with a length that was not filled in",
      riff(formatOf(pcm, 8000, 1), chunk("data", zeros, 0xffffffff)),
      "audio/wav"
    ],
    ["with a length of nothing", riff(formatOf(pcm, 8000, 1), chunk("data", zeros, 0)), "audio/wav"],
    ["with samples twice", riff(formatOf(pcm, 8000, 1), chunk("data", zeros), chunk("data", zeros)), "audio/wav"],
    ["of 24 bits", riff(formatOf({ tag: PCM, bits: 24 }, 8000, 1), chunk("data", zeros)), "audio/wav"],
    ["of floats", riff(formatOf({ tag: 3, bits: 32 }, 8000, 1), chunk("data", zeros)), "audio/wav"],
    ["of GSM", riff(formatOf({ tag: 49, bits: 8 }, 8000, 1), chunk("data", zeros)), "audio/wav"],
    ["without channels", riff(formatOf(pcm, 8000, 0), chunk("data", zeros)), "audio/wav"],
    ["without a rate", riff(formatOf(pcm, 0, 1), chunk("data", zeros)), "audio/wav"],
    ["at a rate that no telephone has", riff(formatOf(pcm, 4_000_000, 1), chunk("data", zeros)), "audio/wav"],
    ["with half a sample", riff(formatOf(pcm, 8000, 1), chunk("data", zeros.slice(0, 1599))), "audio/wav"]
  ] as const)("%s is not silent", (_, bytes, contentType) => assert.isFalse(isSilent(bytes, contentType)))

  test.prop([fc.uint8Array({ maxLength: 200 })])("of any bytes has an answer", (bytes) => {
    assert.isFalse(isSilent(bytes, "audio/wav"))
    assert.isBoolean(isSilent(new Uint8Array([...quiet.slice(0, 12), ...bytes]), "audio/wav"))
  })
})
