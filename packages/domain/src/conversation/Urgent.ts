/**
 * Finds what says that somebody's life may be in danger, whatever else a text says. It adds an alarm and never takes one away: what is
 * negated, quoted, or of another time is flagged for staff, and rings nobody out of bed.
 */
import { normalise } from "../contacts/Consent.ts"
import {
  before,
  behind,
  conjunctions,
  fillers,
  longAgo,
  negations,
  phrases,
  unsure,
  type UrgentPhrase,
  VERSION
} from "./urgentPhrases.ts"

export interface Match {
  /** `urgent`: somebody is called at once. `possible`: a person should look. */
  readonly certainty: "urgent" | "possible"
  readonly language: UrgentPhrase["language"]
  /** As the list has it, and the version of the list. */
  readonly phrase: string
  readonly version: string
}

/** Words that may stand between two of a phrase. */
const MAX_GAP = 3
/** Words in front of a phrase among which a negation or a condition counts. */
const REACH = 4
/** Words behind it that may say when it was. */
const REACH_BEHIND = 6
/** Words of so many letters may have one typing mistake, but at their ends: an ending makes another word. */
const LONG_WORD = 7

/** Whether the words differ by one letter that is added, left out, changed or swapped with its neighbour. */
const isOneTypoAway = (one: string, other: string): boolean => {
  if (Math.abs(one.length - other.length) > 1) return false
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start++
  const [left, right] = [one.slice(start), other.slice(start)]
  if (left.length === right.length) {
    return (
      left.slice(1) === right.slice(1) ||
      (left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2))
    )
  }
  return left.length > right.length ? left.slice(1) === right : left === right.slice(1)
}

const isWord = (written: string, wanted: string): boolean =>
  written === wanted ||
  (wanted.length >= LONG_WORD &&
    written.length >= LONG_WORD - 1 &&
    written[0] === wanted[0] &&
    written.at(-1) === wanted.at(-1) &&
    isOneTypoAway(written, wanted))

interface Prepared extends UrgentPhrase {
  /** The ways of saying each word. */
  readonly ways: ReadonlyArray<ReadonlyArray<string>>
}

const prepared: ReadonlyArray<Prepared> = phrases.map((phrase) => ({
  ...phrase,
  ways: phrase.words.split(" ").map((word) => word.split("|"))
}))

/** Phrases by a way of saying their first word, and by the first and last letters of those that may be mistyped. */
const byFirstWord = new Map<string, Array<Prepared>>()
const byEnds = new Map<string, Array<Prepared>>()

const endsOf = (word: string): string => `${word[0]}${word.at(-1)}`

const note = (index: Map<string, Array<Prepared>>, key: string, phrase: Prepared) => {
  const known = index.get(key)
  if (known === undefined) index.set(key, [phrase])
  else if (!known.includes(phrase)) known.push(phrase)
}

for (const phrase of prepared) {
  for (const way of phrase.ways[0] ?? []) {
    note(byFirstWord, way, phrase)
    if (way.length >= LONG_WORD) note(byEnds, endsOf(way), phrase)
  }
}

const NONE: ReadonlyArray<Prepared> = []

/** The phrases that may begin with the word. */
const beginningWith = (word: string): ReadonlyArray<Prepared> =>
  byFirstWord.get(word) ?? (word.length >= LONG_WORD - 1 ? (byEnds.get(endsOf(word)) ?? NONE) : NONE)

/** Where the phrase ends that begins at the place among the words; -1 where it does not stand there. */
const endOf = (
  words: ReadonlyArray<string>,
  start: number,
  { unlessBefore, ways: [first = [], ...rest] }: Prepared
): number => {
  if (!first.some((way) => isWord(words[start]!, way))) return -1
  let at = start
  const isThere = rest.every((ways) => {
    for (let next = at + 1; next <= at + 1 + MAX_GAP && next < words.length; next++) {
      if (ways.some((way) => isWord(words[next]!, way))) {
        at = next
        return true
      }
      if (!fillers.has(words[next]!)) return false
    }
    return false
  })
  return isThere && !unlessBefore.includes(words[at + 1] ?? "") ? at : -1
}

/** Whether what stands around the phrase takes it back. */
const isTakenBack = (words: ReadonlyArray<string>, start: number, end: number): boolean => {
  const near = words.slice(Math.max(0, start - REACH), start)
  const bound = near.slice(near.findLastIndex((word) => conjunctions.has(word)) + 1)
  const isUnsure = unsure.test(words.slice(0, start).join(" "))
  const isConditional =
    before.test(bound.join(" ")) || bound.some((word, at) => word === "si" && start - bound.length + at > 0)
  const isNegated = bound.some((word) => negations.has(word))
  return (
    (!isUnsure && (isNegated || isConditional)) ||
    longAgo.test(words.slice(0, start).join(" ")) ||
    behind.test(words.slice(end + 1, end + 1 + REACH_BEHIND).join(" "))
  )
}

/** Words that the writer says are somebody else's. */
const QUOTED = /"[^"]{0,200}"|“[^”]{0,200}”|«[^»]{0,200}»/gu

/** The text clause by clause: a negation ends with its clause. `but` begins another one. */
const clausesOf = (text: string): ReadonlyArray<string> =>
  text
    .replace(/['’ʼ`´]/g, "")
    .split(/[.!?¿¡;:,\n\r()…–—]+|\b(?:but|pero|aunque)\b/iu)
    .map(normalise)
    .filter((clause) => clause !== "")

const inClause = (clause: string): Match | null => {
  const words = clause.split(" ")
  let possible: Match | null = null
  for (const [at, word] of words.entries()) {
    for (const phrase of beginningWith(word)) {
      const end = endOf(words, at, phrase)
      if (end < 0) continue
      const match = { language: phrase.language, phrase: phrase.words, version: VERSION }
      if (!isTakenBack(words, at, end)) return { ...match, certainty: "urgent" }
      possible ??= { ...match, certainty: "possible" }
    }
  }
  return possible
}

/** The most certain of what the clauses say. */
const inClauses = (text: string): Match | null =>
  clausesOf(text)
    .map(inClause)
    .reduce<Match | null>(
      (best, found) =>
        found !== null && (best === null || found.certainty === "urgent") && best?.certainty !== "urgent"
          ? found
          : best,
      null
    )

/** What the text says of danger, `null` for nothing. What stands only in quotes is not the writer's own. */
export const match = (text: string): Match | null => {
  const own = inClauses(text.replace(QUOTED, " . "))
  if (own !== null) return own
  const quoted = inClauses(text)
  return quoted === null ? null : { ...quoted, certainty: "possible" }
}

/** What the contact is told at once where the clinic has no words of its own: this line is not an emergency service. */
export const reply = (language: UrgentPhrase["language"]): string =>
  language === "es"
    ? "Si es una emergencia llame al 911 ahora. En una crisis llame o escriba al 988. Hemos avisado al equipo; no espere nuestra respuesta."
    : "If this is an emergency call 911 now. In a crisis call or text 988. We have alerted the care team; do not wait for our answer."
