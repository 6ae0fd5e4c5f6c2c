/**
 * How Vonage says what went wrong: a problem (RFC 7807), in the answer to a request and in a status webhook.
 * Source: developer.vonage.com/api-errors.
 */
import * as Field from "./Field.ts"

const NUMBER = /^[1-9]\d{0,9}$/
const WORD = /^[A-Z][A-Z_]{0,39}$/
const FRAGMENT = /#([a-z0-9-]{1,40})$/i

/** The Numbers API has one code for most of what it refuses; where a person has to ask for a number, its words say so. */
const ofNumbers = (problem: unknown): string | null => {
  const code = Field.textOf(Field.of(problem, "error-code"))
  if (!NUMBER.test(code)) return null
  return /dashboard/i.test(Field.textOf(Field.of(problem, "error-code-label"))) ? `${code}-dashboard` : code
}

/**
 * The number or the word at the end of `type` (`…/api-errors/messages#1120`, `…/api-errors#low-balance`), or the whole of a
 * `type` that is a word (`BAD_REQUEST`, as the Voice API has it), else the number that is the `title`, or the `error-code` of
 * the Numbers API. `null` for what is not a problem of Vonage's.
 */
export const toCode = (problem: unknown): string | null => {
  const type = Field.textOf(Field.of(problem, "type"))
  const fragment = FRAGMENT.exec(type)?.[1]
  if (fragment !== undefined) return fragment
  if (WORD.test(type)) return type
  const title = Field.textOf(Field.of(problem, "title"))
  return NUMBER.test(title) ? title : ofNumbers(problem)
}
