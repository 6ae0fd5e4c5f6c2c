/** Recordings that no person spoke: RIFF/WAVE, PCM, 16 bit, mono. */

/** Of the telephone network (ITU-T G.711), in samples a second. */
export const SAMPLE_RATE = 8_000
const SAMPLE_BYTES = 2
const HEADER_BYTES = 44
/** Loud and clear: a third of the most that there is. */
const AMPLITUDE = 10_000

/** So many seconds of a tone, or of digital silence where `hertz` is `null`. */
export const wav = (seconds: number, hertz: number | null): Uint8Array => {
  const samples = Math.round(seconds * SAMPLE_RATE)
  const file = Buffer.alloc(HEADER_BYTES + samples * SAMPLE_BYTES)
  file.write("RIFF", 0, "ascii")
  file.writeUInt32LE(file.length - 8, 4)
  file.write("WAVEfmt ", 8, "ascii")
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(SAMPLE_RATE, 24)
  file.writeUInt32LE(SAMPLE_RATE * SAMPLE_BYTES, 28)
  file.writeUInt16LE(SAMPLE_BYTES, 32)
  file.writeUInt16LE(8 * SAMPLE_BYTES, 34)
  file.write("data", 36, "ascii")
  file.writeUInt32LE(samples * SAMPLE_BYTES, 40)
  const amplitude = hertz === null ? 0 : AMPLITUDE
  for (let index = 0; index < samples; index++) {
    const sample = Math.round(amplitude * Math.sin((2 * Math.PI * (hertz ?? 0) * index) / SAMPLE_RATE))
    file.writeInt16LE(sample, HEADER_BYTES + index * SAMPLE_BYTES)
  }
  return new Uint8Array(file)
}
