/**
 * Detects whether a recording is silent. Callers who hang up at the beep leave seconds of nothing, for which nobody
 * needs to be paged. To lose a voice is worse than to keep a silence: what cannot be read is never silent.
 */

/** How quiet silence is: −50 dB of full scale (16 bits), as the root of the mean square. Speech on a telephone is at about −26. */
export const SILENCE_RMS = 32_768 * 10 ** (-50 / 20)

/** How long a sound has to be to be heard, in milliseconds. */
export const WINDOW_MILLIS = 20

const wavTypes: ReadonlySet<string> = new Set(["audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"])

/** In hertz. A rate beyond would make the window longer than the sound. */
const MIN_RATE = 4_000
const MAX_RATE = 48_000

interface Samples {
  /** How far a sample is from zero, on the scale of 16 bits. */
  readonly at: (index: number) => number
  /** Of all channels, which take turns. */
  readonly count: number
  readonly channels: number
  /** In hertz. */
  readonly rate: number
}

/** ITU-T G.711, table 2a, mirrored at zero. */
const muLaw = (code: number): number => {
  const inverted = ~code & 0xff
  return ((((inverted & 15) << 3) + 132) << ((inverted >> 4) & 7)) - 132
}

/** ITU-T G.711, table 1a, mirrored at zero. */
const aLaw = (code: number): number => {
  const flipped = code ^ 0x55
  const segment = (flipped >> 4) & 7
  const step = (flipped & 15) << 4
  return segment === 0 ? step + 8 : (step + 264) << (segment - 1)
}

/** By the format's tag and its bits (RFC 2361). */
const decoders: Readonly<Record<string, (data: DataView, index: number) => number>> = {
  "1/8": (data, index) => (data.getUint8(index) - 128) * 256,
  "1/16": (data, index) => data.getInt16(index * 2, true),
  "6/8": (data, index) => aLaw(data.getUint8(index)),
  "7/8": (data, index) => muLaw(data.getUint8(index))
}

const nameAt = (view: DataView, offset: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(offset + index)))

const part = (view: DataView, offset: number, size: number) => new DataView(view.buffer, view.byteOffset + offset, size)

/** The chunks of a RIFF file by name; `null` when one of them is there twice or does not fit. */
const chunksOf = (view: DataView): ReadonlyMap<string, DataView> | null => {
  if (view.byteLength < 12 || nameAt(view, 0) !== "RIFF" || nameAt(view, 8) !== "WAVE") return null
  const chunks = new Map<string, DataView>()
  for (let offset = 12; offset < view.byteLength;) {
    if (view.byteLength - offset < 8) return null
    const name = nameAt(view, offset)
    const size = view.getUint32(offset + 4, true)
    // A length that was never filled in: what follows is sound, and no chunk.
    if (chunks.has(name) || !/^[ -~]{4}$/.test(name) || size > view.byteLength - offset - 8) return null
    chunks.set(name, part(view, offset + 8, size))
    offset += 8 + size + (size % 2)
  }
  return chunks
}

const samplesOf = (view: DataView): Samples | null => {
  const chunks = chunksOf(view)
  const format = chunks?.get("fmt ")
  const data = chunks?.get("data")
  if (format === undefined || data === undefined || format.byteLength < 16) return null
  const channels = format.getUint16(2, true)
  const rate = format.getUint32(4, true)
  const bits = format.getUint16(14, true)
  const decode = decoders[`${format.getUint16(0, true)}/${bits}`]
  const frame = (channels * bits) / 8
  if (decode === undefined || frame === 0 || format.getUint16(12, true) !== frame) return null
  if (rate < MIN_RATE || rate > MAX_RATE || data.byteLength % frame !== 0) return null
  return { at: (index) => decode(data, index), count: (data.byteLength * 8) / bits, channels, rate }
}

/** Whether some window of the channel is louder, wherever it begins. */
const isHeard = ({ at, channels, count, rate }: Samples, channel: number): boolean => {
  const frames = count / channels
  const length = Math.min(frames, Math.round((rate * WINDOW_MILLIS) / 1000))
  const limit = SILENCE_RMS ** 2 * length
  // Sums of whole numbers stay exact, so what has left the window leaves no trace.
  let energy = 0
  for (let frame = 0; frame < frames; frame++) {
    energy += at(frame * channels + channel) ** 2
    if (frame >= length) energy -= at((frame - length) * channels + channel) ** 2
    if (energy > limit) return true
  }
  return false
}

/**
 * True only for a WAV (PCM of 8 or 16 bits, µ-law, A-law) in which no channel is louder than `SILENCE_RMS` for
 * `WINDOW_MILLIS`. `contentType` is a media type without parameters.
 */
export const isSilent = (bytes: Uint8Array, contentType: string): boolean => {
  if (!wavTypes.has(contentType)) return false
  const samples = samplesOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  if (samples === null) return false
  for (let channel = 0; channel < samples.channels; channel++) {
    if (isHeard(samples, channel)) return false
  }
  return true
}
