/**
 * A question that a contact was texted about a visit, and what their answer does. An answer binds to a question that was sent to that
 * phone, by the visit's id and start: never to a visit that nobody asked about, and each question is acted on at most once.
 */
import { DateTime, Schema } from "effect"
import { Contact } from "../contacts/Contact.ts"
import { AppointmentId, PhoneNumberId, PromptId, SiteGroupingId } from "../shared/Ids.ts"
import { Intent } from "./replyLexicon.ts"
import type { Reply } from "./ReplyIntent.ts"

/**
 * - `open`: may be answered. `answered`: was, once.
 * - `superseded`: a newer question asks about the same visit. `withdrawn`: the visit moved or is off.
 */
export const PromptState = Schema.Literals(["open", "answered", "superseded", "withdrawn"])
export type PromptState = typeof PromptState.Type

export const Prompt = Schema.Struct({
  id: PromptId,
  siteGroupingId: SiteGroupingId,
  /** By their key. */
  contact: Contact,
  /** Our number that the question was sent from. */
  phoneNumberId: PhoneNumberId,
  appointmentId: AppointmentId,
  /** What the text said. */
  start: Schema.DateTimeUtc,
  zone: Schema.NonEmptyString,
  /** The book's mark at that time. */
  version: Schema.NonEmptyString,
  /** When the provider took the text: nobody answers what is still queued. */
  askedAt: Schema.DateTimeUtc,
  expiresAt: Schema.DateTimeUtc,
  state: PromptState,
  /** What was answered. */
  answer: Schema.NullOr(Intent)
})
export type Prompt = typeof Prompt.Type

/** The question which of several visits was meant: the first option is `1`. */
export const PromptChoice = Schema.Struct({
  options: Schema.Array(PromptId),
  /** What the answer asked for that led to the question; `null`: it did not say. */
  intent: Schema.NullOr(Intent),
  expiresAt: Schema.DateTimeUtc
})
export type PromptChoice = typeof PromptChoice.Type

/** What an answer does to a visit. */
export interface Answer {
  readonly prompt: Prompt
  readonly intent: Intent
}

export type Resolution =
  /** Each of the visits is acted on. */
  | { readonly _tag: "Answered"; readonly answers: ReadonlyArray<Answer> }
  /** Several could be meant: one question lists their times. */
  | { readonly _tag: "AskWhich"; readonly options: ReadonlyArray<Prompt>; readonly intent: Intent | null }
  /** The answer is to a question about a time that does not hold any more. */
  | { readonly _tag: "Stale" }
  /** The same was answered already, or it confirms a visit that has begun: it is read, and nothing follows. */
  | { readonly _tag: "Ignored" }
  /** A person has to see: what was said cannot be acted on, or no longer. */
  | { readonly _tag: "ForStaff"; readonly reason: "unclear" | "same_time" | "changed_mind" | "started" }
  /** It answers no question. */
  | { readonly _tag: "NotAPrompt" }

const isLive = (prompt: Prompt, now: DateTime.Utc): boolean =>
  prompt.state === "open" && DateTime.isGreaterThan(prompt.expiresAt, now)

const byStart = (one: Prompt, other: Prompt): number =>
  one.start.epochMilliseconds - other.start.epochMilliseconds || (one.id < other.id ? -1 : 1)

/** The live questions, the newest of each visit, in the order of the visits' times. */
const liveOf = (prompts: ReadonlyArray<Prompt>, now: DateTime.Utc): ReadonlyArray<Prompt> => {
  const newest = new Map<string, Prompt>()
  for (const prompt of prompts) {
    const known = newest.get(prompt.appointmentId)
    if (known === undefined || DateTime.isGreaterThan(prompt.askedAt, known.askedAt)) {
      newest.set(prompt.appointmentId, prompt)
    }
  }
  return [...newest.values()].filter((prompt) => isLive(prompt, now)).toSorted(byStart)
}

const shareATime = (prompts: ReadonlyArray<Prompt>): boolean =>
  new Set(prompts.map(({ start }) => start.epochMilliseconds)).size < prompts.length

const forStaff = (reason: Extract<Resolution, { readonly _tag: "ForStaff" }>["reason"]): Resolution => ({
  _tag: "ForStaff",
  reason
})

/** Acts on visits that have not begun. Who confirms one that has is there; who does not come to it is told to staff. */
const answered = (answers: ReadonlyArray<Answer>, now: DateTime.Utc): Resolution => {
  const hasBegun = ({ prompt }: Answer) => DateTime.isLessThanOrEqualTo(prompt.start, now)
  if (answers.some((answer) => hasBegun(answer) && answer.intent !== "confirm")) return forStaff("started")
  const toCome = answers.filter((answer) => !hasBegun(answer))
  return toCome.length === 0 ? { _tag: "Ignored" } : { _tag: "Answered", answers: toCome }
}

/** What an answer means where nothing can be answered any more. */
const past = (prompts: ReadonlyArray<Prompt>, intent: Intent | null): Resolution => {
  if (prompts.length === 0) return { _tag: "NotAPrompt" }
  const latest = prompts.reduce((one, other) => (DateTime.isGreaterThan(other.askedAt, one.askedAt) ? other : one))
  if (latest.state !== "answered") return { _tag: "Stale" }
  return intent !== null && latest.answer === intent ? { _tag: "Ignored" } : forStaff("changed_mind")
}

/** Visits by the numbers that the question gave them. */
const chosen = (
  choices: ReadonlyArray<{ readonly number: number; readonly intent: Intent | null }>,
  choice: PromptChoice,
  live: ReadonlyArray<Prompt>,
  now: DateTime.Utc
): Resolution => {
  const answers: Array<Answer> = []
  for (const { intent, number } of choices) {
    const id = choice.options[number - 1]
    if (id === undefined) return forStaff("unclear")
    const prompt = live.find((one) => one.id === id)
    if (prompt === undefined) return { _tag: "Stale" }
    const asked = intent ?? choice.intent
    // Nobody both confirms and cancels a visit, by whichever of its numbers.
    if (asked === null || answers.some((answer) => answer.prompt === prompt)) return forStaff("unclear")
    answers.push({ prompt, intent: asked })
  }
  return answered(answers, now)
}

/**
 * What an answer does. `prompts` are those of the contact on the number that they texted, of whatever state, within the time that
 * they are remembered; `choice` is the question which was meant that was asked last.
 */
export const resolve = (
  prompts: ReadonlyArray<Prompt>,
  choice: PromptChoice | null,
  reply: Reply,
  now: DateTime.Utc
): Resolution => {
  const live = liveOf(prompts, now)
  const liveChoice = choice !== null && DateTime.isGreaterThan(choice.expiresAt, now) ? choice : null
  switch (reply._tag) {
    case "None":
      return { _tag: "NotAPrompt" }
    case "Unclear":
      return live.length === 0 ? { _tag: "NotAPrompt" } : forStaff("unclear")
    case "Choices":
      if (liveChoice !== null) return chosen(reply.choices, liveChoice, live, now)
      return live.length === 0 ? { _tag: "NotAPrompt" } : forStaff("unclear")
    case "All": {
      const intent = reply.intent ?? liveChoice?.intent ?? null
      if (live.length === 0) return past(prompts, intent)
      if (intent === null) return forStaff("unclear")
      return answered(
        live.map((prompt) => ({ prompt, intent })),
        now
      )
    }
    case "Intent": {
      const [only, ...others] = live
      if (only === undefined) return past(prompts, reply.intent)
      if (others.length === 0) return answered([{ prompt: only, intent: reply.intent }], now)
      // A question that lists times cannot tell apart what has one time.
      if (shareATime(live)) return forStaff("same_time")
      return { _tag: "AskWhich", options: live, intent: reply.intent }
    }
  }
}

/** The questions after one of them was texted anew: an older one about the same visit is superseded. */
export const supersede = (prompts: ReadonlyArray<Prompt>, asked: Prompt): ReadonlyArray<Prompt> =>
  prompts.flatMap((prompt) =>
    prompt.state === "open" && prompt.appointmentId === asked.appointmentId && prompt.id !== asked.id
      ? [{ ...prompt, state: "superseded" as const }]
      : []
  )
