/**
 * What a thread is searched by, as a Bloom filter of its name's and number's trigrams: the database leaves out what cannot
 * match, and reads no name for it. What it lets through is looked at once more in the open. The digests are keyed: who
 * has no key learns from the bits which names are alike, and no name.
 */
import { ContactSearch } from "@careline/domain"
import { digest, type IndexKeys } from "./Envelope.ts"

/** Bits of one filter. A name and a number have about 35 trigrams, which set a seventh of them. */
export const SEARCH_BITS = 512
const BITS_PER_TRIGRAM = 2

/** What is searched in: a name and a number. */
export const searchText = (...parts: ReadonlyArray<string | null>): string =>
  ContactSearch.fold(parts.map((part) => part ?? "").join(" "))

const trigrams = (text: string): ReadonlySet<string> => {
  const found = new Set<string>()
  for (let start = 0; start + 3 <= text.length; start++) found.add(text.slice(start, start + 3))
  return found
}

/** Trigrams whose bits are remembered for one set of keys: those of a language are fewer, and a digest takes its time. */
const TRIGRAMS_KEPT = 65_536
const remembered = new WeakMap<IndexKeys, Map<string, ReadonlyArray<number>>>()

/** The bits that a trigram sets. */
const bitsOf = (keys: IndexKeys, trigram: string): ReadonlyArray<number> => {
  const known = remembered.get(keys) ?? new Map<string, ReadonlyArray<number>>()
  remembered.set(keys, known)
  const found = known.get(trigram)
  if (found !== undefined) return found
  const hash = digest(keys, "search", trigram)
  const bits = Array.from({ length: BITS_PER_TRIGRAM }, (_, which) => hash.readUInt16BE(which * 2) % SEARCH_BITS)
  if (known.size >= TRIGRAMS_KEPT) known.clear()
  known.set(trigram, bits)
  return bits
}

/** The filter of what has all the texts, as a bit string in hexadecimal. Those of less than three characters let everything through. */
export const searchBits = (keys: IndexKeys, ...texts: ReadonlyArray<string>): string => {
  const bytes = new Uint8Array(SEARCH_BITS / 8)
  for (const trigram of texts.flatMap((text) => [...trigrams(text)])) {
    for (const bit of bitsOf(keys, trigram)) bytes[bit >> 3]! |= 0x80 >> (bit & 7)
  }
  return `x${Buffer.from(bytes).toString("hex")}`
}
