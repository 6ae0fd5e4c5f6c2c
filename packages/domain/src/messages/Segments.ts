/**
 * How many SMS a text is: GSM 03.38 (3GPP TS 23.038) septets where its alphabet suffices, else UCS-2, with the header that
 * concatenation takes from each part (3GPP TS 23.040, 9.2.3.24.1).
 */

const alphabet = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

/** Reached through the escape character, so two septets each. */
const extension = new Set("\f^{}\\[~]|€")

export interface Count {
  readonly encoding: "GSM-7" | "UCS-2"
  /** Septets, or UTF-16 code units. */
  readonly units: number
  readonly segments: number
  /** Units that one segment holds. */
  readonly perSegment: number
}

const capacities = {
  "GSM-7": { single: 160, part: 153 },
  "UCS-2": { single: 70, part: 67 }
} as const

/** Units of each character: none of them is ever torn apart over two segments. */
const widths = (characters: ReadonlyArray<string>, encoding: Count["encoding"]): ReadonlyArray<number> =>
  characters.map((character) => (encoding === "UCS-2" ? character.length : extension.has(character) ? 2 : 1))

export const count = (text: string): Count => {
  const characters = Array.from(text)
  const encoding = characters.every((character) => alphabet.has(character) || extension.has(character))
    ? "GSM-7"
    : "UCS-2"
  const { part, single } = capacities[encoding]
  const sizes = widths(characters, encoding)
  const units = sizes.reduce((sum, size) => sum + size, 0)
  if (units <= single) return { encoding, units, segments: units === 0 ? 0 : 1, perSegment: single }
  let segments = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > part) {
      segments++
      used = 0
    }
    used += size
  }
  return { encoding, units, segments, perSegment: part }
}
