/**
 * How Vonage says what went wrong: a problem (RFC 7807), in the answer to a request and in a status webhook.
 * Source: developer.vonage.com/api-errors.
 */
import * as Field from "./Field.ts"

const NUMBER = /^[1-9]\d{0,9}$/
const FRAGMENT = /#([a-z0-9-]{1,40})$/i

/**
 * The number or the word at the end of `type` (`…/api-errors/messages#1120`, `…/api-errors#low-balance`), else the number
 * that is the `title`. `null` for what is not a problem of Vonage's.
 */
export const toCode = (problem: unknown): string | null => {
  const fragment = FRAGMENT.exec(Field.textOf(Field.of(problem, "type")))?.[1]
  if (fragment !== undefined) return fragment
  const title = Field.textOf(Field.of(problem, "title"))
  return NUMBER.test(title) ? title : null
}
