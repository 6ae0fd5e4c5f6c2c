/** What a fault looks like on the wire. A provider brings its own errors; a connection breaks in the same way for all. */
import type { ServerResponse } from "node:http"
import type { Faults } from "./Faults.ts"
import type { LostAnswer, Outage, Refusal, RequestFault, Throttle } from "./Scenario.ts"
import * as Scenario from "./Scenario.ts"

export const RETRY_AFTER_SECONDS = 1
/** Shorter than any client's patience between two bytes. */
const DRIP_MILLIS = 20

/** A provider's own answers. */
export interface ErrorAnswers {
  /** `false` when the provider takes such a text and reports on it later. */
  readonly refusal: (response: ServerResponse, refusal: Refusal) => boolean
  /** `retryAfterSeconds` is `null` where the answer does not say how long. */
  readonly rateLimited: (response: ServerResponse, retryAfterSeconds: number | null) => void
  readonly serverError: (response: ServerResponse, status: 500 | 503) => void
  /** An answer with an accepted message's status that says nothing. */
  readonly empty: (response: ServerResponse) => void
}

const reset = (response: ServerResponse): void => {
  response.socket?.resetAndDestroy()
}

/** A body that never ends, and never pauses for long. */
const drip = (response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/json" })
  const timer = setInterval(() => response.write(" "), DRIP_MILLIS)
  response.once("close", () => clearInterval(timer))
}

const is = <Word extends string>(words: ReadonlyArray<Word>, fault: RequestFault): boolean =>
  (words as ReadonlyArray<string>).includes(fault)

const refuse = (response: ServerResponse, fault: Throttle | Outage, answers: ErrorAnswers): void => {
  switch (fault) {
    case "rateLimited":
      return answers.rateLimited(response, RETRY_AFTER_SECONDS)
    case "rateLimitedBare":
      return answers.rateLimited(response, null)
    case "serverError":
      return answers.serverError(response, 500)
    case "providerDown":
      return answers.serverError(response, 503)
    case "badGateway":
      response.writeHead(502, { "content-type": "text/html" })
      response.end("<html><body>502 Bad Gateway</body></html>")
      return
    case "redirected":
      // To itself: whoever follows it sends the text again, and then it is taken.
      response.writeHead(307, { location: response.req.url ?? "/" })
      response.end()
      return
    case "hangs":
      // The simulator's owner closes what hangs: on `close`, or when the client gives up.
      return
    case "resets":
      return reset(response)
  }
}

const lose = (response: ServerResponse, fault: LostAnswer, answers: ErrorAnswers): void => {
  switch (fault) {
    case "acceptedThen500":
      return answers.serverError(response, 500)
    case "acceptedThenHang":
      return
    case "acceptedThenReset":
      return reset(response)
    case "garbageBody":
      response.writeHead(200, { "content-type": "application/json" })
      response.end("<html>not json")
      return
    case "emptyBody":
      return answers.empty(response)
    case "slowBody":
      return drip(response)
  }
}

/** Answers with a fault that strikes before a message is taken; `false` when it does not. */
const before = (response: ServerResponse, fault: RequestFault, answers: ErrorAnswers): boolean => {
  if (is(Scenario.lostAnswers, fault)) return false
  if (is(Scenario.refusals, fault)) return answers.refusal(response, fault as Refusal)
  refuse(response, fault as Throttle | Outage, answers)
  return true
}

/** Answers with a fault that strikes after a message was taken; `false` when it does not. */
const after = (response: ServerResponse, fault: RequestFault, answers: ErrorAnswers): boolean => {
  if (!is(Scenario.lostAnswers, fault)) return false
  lose(response, fault as LostAnswer, answers)
  return true
}

/** What became of a request that changes something: refused by the provider's rules, or carried out. Either is answered. */
export type Outcome =
  | { readonly refusal: (response: ServerResponse) => void }
  | { readonly answer: (response: ServerResponse) => void }

/** Carries out a request that changes something, and answers it: with the next fault, if there is one. */
export const ofChange = async (
  response: ServerResponse,
  faults: Faults,
  answers: ErrorAnswers,
  carryOut: (fault: RequestFault | undefined) => Outcome | Promise<Outcome>
): Promise<void> => {
  const fault = faults.takeSend()
  if (fault !== undefined && before(response, fault, answers)) return
  const outcome = await carryOut(fault)
  if ("refusal" in outcome) return outcome.refusal(response)
  if (fault === undefined || !after(response, fault, answers)) outcome.answer(response)
}

/** Answers a request that only asks with the next fault; `false` when there is none. */
export const ofRead = (response: ServerResponse, faults: Faults, answers: ErrorAnswers): boolean => {
  const fault = faults.takeRead()
  return fault !== undefined && (before(response, fault, answers) || after(response, fault, answers))
}
