/**
 * What an operator wants to know before the first text: whether the provider takes the credentials, whether its numbers and
 * webhook URLs lead to this host, and whether the host understands a webhook that comes through the public URL.
 *
 * Nothing here holds a secret. URLs are the exception that may: they are shown without user info, query and fragment.
 */
import { Effect, Predicate } from "effect"
import { type Failure, unreadable } from "./ProviderFailure.ts"

/** What a finding is about. */
export type Check = "credentials" | "numbers" | "webhooks" | "signature"
/** How bad it is: `error` does not work like this, `warning` works for now. */
export type Level = "ok" | "warning" | "error"

/** One thing that was found, and for what is not right what to do about it. */
export interface Finding {
  readonly check: Check
  readonly level: Level
  readonly message: string
}

/** A POST to one of our own webhooks that changes nothing. */
export interface SelfTest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The HTTP status of a host that is set up as we are. */
  readonly expects: number
  /** What that status shows. */
  readonly proves: string
  /** What other statuses mean that this provider's webhooks are answered with. */
  readonly otherwise: Readonly<Record<number, string>>
}

/** What a provider says of a configuration. */
export interface Diagnosis {
  /** The provider's name, as it stands in webhook paths. */
  readonly provider: string
  /** What cannot be asked is a finding too. */
  readonly findings: Effect.Effect<ReadonlyArray<Finding>>
  readonly selfTest: Effect.Effect<SelfTest>
}

/** Nothing to do. */
export const ok = (check: Check, message: string): Finding => ({ check, level: "ok", message })
/** It works, and an operator should look at it. */
export const warning = (check: Check, message: string): Finding => ({ check, level: "warning", message })
/** It does not work like this. */
export const error = (check: Check, message: string): Finding => ({ check, level: "error", message })

/** What the provider was asked, for words on why it did not answer. */
export interface Question {
  readonly check: Check
  /** The provider's name as it writes it itself. */
  readonly provider: string
  /** As in "asked for its numbers". */
  readonly asked: string
  /** The variables that hold the credentials. */
  readonly credentials: string
  /** What a 404 means. */
  readonly notFound?: string
}

/** Why a question has no answer. */
export const unanswered = (question: Question, { network, status }: Failure): Finding => {
  const { asked, check, credentials, notFound, provider } = question
  if (status === 401 || status === 403) {
    return error(
      "credentials",
      `${provider} does not accept the credentials, asked for ${asked} (HTTP ${status}): check ${credentials}`
    )
  }
  if (status === null) {
    return error(
      check,
      network === null
        ? `${provider}'s answer cannot be read, asked for ${asked}: is something else at its URL?`
        : `${provider} gave no answer, asked for ${asked} (${network}): check this machine's network`
    )
  }
  if (status === 404 && notFound !== undefined) return error(check, notFound)
  const advice = status === 429 || status >= 500 ? "try again later" : `see ${provider}'s log of API errors`
  return error(check, `${provider} refused to answer, asked for ${asked} (HTTP ${status}): ${advice}`)
}

/** Asks, and finds. What is learnt of a failed answer, or of one of another shape, is only why there is none. */
export const ask = <A>(
  question: Question,
  answer: Effect.Effect<A, Failure>,
  find: (answer: A) => ReadonlyArray<Finding>
): Effect.Effect<ReadonlyArray<Finding>> =>
  answer.pipe(
    Effect.flatMap((given) => Effect.try({ try: () => find(given), catch: () => unreadable })),
    Effect.catch((failure) => Effect.succeed([unanswered(question, failure)]))
  )

/** A word of the provider's, such as a status: never more than a word. */
export const word = (given: unknown): string =>
  Predicate.isString(given) && /^[\w.-]{1,40}$/.test(given) ? given : "unknown"

/** A URL that may be printed: what may hold a password or a token is left out. */
export const shown = (url: string): string => {
  if (!URL.canParse(url)) return "something that is no URL"
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname}${search === "" ? "" : "?…"}`
}

const DEFAULT_PORT = /^(https:\/\/[^/?#]+):443(?=[/?#]|$)|^(http:\/\/[^/?#]+):80(?=[/?#]|$)/i

const comparable = (url: string): string =>
  (url.trim().split("#")[0] ?? "").replace(/^(https?:\/\/)[^/?#@]*@/i, "$1").replace(DEFAULT_PORT, "$1$2")

/** Whether a URL at the provider is the wanted one. Credentials, a default port and a fragment make no difference. */
export const isSameUrl = (found: unknown, wanted: string): boolean =>
  Predicate.isString(found) && comparable(found) === comparable(wanted)

/** What is said of a webhook URL that is not the wanted one. */
export const otherUrl = (subject: string, found: unknown, wanted: string): Finding =>
  error(
    "webhooks",
    Predicate.isString(found) && found !== ""
      ? `${subject} delivers to ${shown(found)}: set it to ${shown(wanted)}`
      : `${subject} delivers nowhere: set it to ${shown(wanted)}`
  )
