/** What Vonage says of a change to a number, in our words. Source: developer.vonage.com/api/numbers. */
import { ProviderFailure } from "@careline/adapter-kit"
import { type Numbers } from "@careline/ports"
import * as Field from "../client/Field.ts"
import * as Problem from "../client/Problem.ts"

/** How long after a purchase the account's list may still be without the number, in milliseconds. Vonage names no time. */
export const FIND_AFTER_MILLIS = 60_000

const SUCCESS = "200"
const STATUS = /^[1-9]\d{2}$/

/** What the SDK makes of an answer: `null` when all is well. Vonage also sends errors with a 200. */
export const failureOf = (answer: unknown): ProviderFailure.Failure | null => {
  const given = Field.textOf(Field.of(answer, "errorCode"))
  if (given === SUCCESS) return null
  const code = Problem.toCode({ "error-code": given, "error-code-label": Field.of(answer, "errorCodeLabel") })
  // The code is the status that the answer should have had.
  return STATUS.test(given) ? ProviderFailure.ofAnswer(Number(given), code) : ProviderFailure.unreadable
}

const refusals: ReadonlyMap<string, Numbers.PurchaseRefusal> = new Map<string, Numbers.PurchaseRefusal>([
  ["401", "account"],
  // "Method failed": somebody else has it, or we do.
  ["420", "not_available"],
  ["420-dashboard", "requirements"]
])

export const toRefusal = (code: string | null): Numbers.PurchaseRefusal =>
  (code === null ? undefined : refusals.get(code)) ?? "other"
