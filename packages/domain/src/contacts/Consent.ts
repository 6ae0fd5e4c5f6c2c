/**
 * Whether a contact lets us text them, and how they say so.
 *
 * An opt-out binds the contact's number across the tenant (47 CFR 64.1200(a)(10)). Only a whole message counts, so that
 * "please don't stop my medication" opts nobody out; what only reads like a wish to opt out is flagged for staff.
 */
import { DateTime, Schema } from "effect"
import { Contact, key } from "./Contact.ts"
import * as OptOutPhrases from "./OptOutPhrases.ts"
import { Tenant } from "../shared/Ids.ts"

export const Consent = Schema.Struct({
  siteGroupingId: Tenant,
  /** By their key. */
  contact: Contact,
  /** `unknown`: never asked for nor withdrawn; care messages are allowed, marketing is not. */
  status: Schema.Literals(["unknown", "opted_in", "opted_out"]),
  /** Who said so. `keyword`: the contact, by a word. `staff`: somebody on the contact's behalf. */
  source: Schema.Literals(["none", "keyword", "provider", "staff"]),
  changedAt: Schema.NullOr(Schema.DateTimeUtc)
})
export type Consent = typeof Consent.Type

/** The consent of a contact of whom nothing is recorded. */
export const unrecorded = (siteGroupingId: Tenant, contact: Contact): Consent => ({
  siteGroupingId,
  contact: key(contact),
  status: "unknown",
  source: "none",
  changedAt: null
})

/** What a whole message asks for. */
export type Keyword = "opt_out" | "opt_in" | "help"

/**
 * The union of what the FCC (47 CFR 64.1200(a)(10)), CTIA and the providers accept, with French and Spanish.
 * `cancels`: also an appointment word; the opt-out wins and staff are told.
 */
export const optOutWords: ReadonlySet<string> = new Set([
  "stop",
  "stopall",
  "stop all",
  "unsubscribe",
  "cancel",
  "end",
  "quit",
  "revoke",
  "optout",
  "opt out",
  "remove",
  "arret",
  "alto",
  "parar"
])
const optInWords = new Set(["start", "unstop"])
const helpWords = new Set(["help", "info"])
const appointmentWords = new Set(["cancel"])

/** NFKC, case-folded, accents and punctuation dropped, blanks joined: what two people typing the same word share. */
export const normalise = (text: string): string =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()

/** The keyword that the whole message is, if it is one. */
export const keyword = (text: string): Keyword | null => {
  if (text.length > 64) return null
  const words = normalise(text)
  if (optOutWords.has(words)) return "opt_out"
  if (optInWords.has(words)) return "opt_in"
  return helpWords.has(words) ? "help" : null
}

/** Whether an opt-out word may have been meant for an appointment, so that staff should ask. */
export const mayMeanAppointment = (text: string): boolean => appointmentWords.has(normalise(text))

/** Of the opt-out words, those that stand for themselves in the midst of other words. */
const isPlainOptOut = (words: string): boolean =>
  optOutWords.has(words) && !appointmentWords.has(words) && words !== "end" && words !== "remove"

const APOSTROPHES = /['’ʼ`´]/g

/** The text clause by clause, as it was written but for apostrophes. */
const clausesOf = (text: string): ReadonlyArray<string> =>
  text
    .normalize("NFKC")
    .replace(APOSTROPHES, "")
    .split(/[.!?¿¡;:,\n\r()…–—"“”«»]+|\s-+\s|\s--/)
    .filter((clause) => normalise(clause) !== "")

/** Whether the words are of somebody who may be in need. */
export const mayMeanDistress = (text: string): boolean => OptOutPhrases.distress.test(normalise(text))

/**
 * Whether the message reads like a wish to opt out without being the keyword: "Please stop", "STOP" above a signature, "wrong
 * person". It is for a person to judge and never acted on alone (47 CFR 64.1200(a)(10) takes any reasonable words).
 */
export const mayMeanOptOut = (text: string): boolean => {
  if (keyword(text) !== null) return false
  const isOwnMistake = OptOutPhrases.ownMistake.test(normalise(text.replace(APOSTROPHES, "")))
  const rules = Object.entries(OptOutPhrases.rules).filter(([kind]) => !(isOwnMistake && kind === "wrong person"))
  return clausesOf(text).some((written, index) => {
    const clause = OptOutPhrases.writtenOut(normalise(written))
    const words = OptOutPhrases.bare(clause)
    return (
      isPlainOptOut(words) ||
      // "I need to cancel" is of an appointment.
      (index === 0 && optOutWords.has(words) && !/^i\b/.test(clause)) ||
      (OptOutPhrases.names.test(written) && !isOwnMistake) ||
      rules.some(([, rule]) => rule.test(words) || rule.test(clause))
    )
  })
}

/**
 * The consent after a keyword that came at a time. A help word changes nothing. Nor does an opt-in that is older than what is on
 * record: it waited somewhere, and must not undo what came after it. An opt-out binds whenever it came.
 */
export const afterKeyword = (consent: Consent, said: Keyword, source: Consent["source"], at: DateTime.Utc): Consent => {
  if (said === "opt_in" && consent.changedAt !== null && DateTime.isLessThan(at, consent.changedAt)) return consent
  const status = said === "opt_out" ? "opted_out" : said === "opt_in" ? "opted_in" : consent.status
  return status === consent.status ? consent : { ...consent, status, source, changedAt: at }
}

/** From the strictest on. */
const strictness: ReadonlyArray<Consent["status"]> = ["opted_out", "unknown", "opted_in"]

/** The stricter of two consents that turn out to be one contact's; the later of two that are equally strict. */
export const stricter = (one: Consent, other: Consent): Consent => {
  const difference = strictness.indexOf(one.status) - strictness.indexOf(other.status)
  if (difference !== 0) return difference < 0 ? one : other
  return (other.changedAt?.epochMilliseconds ?? 0) > (one.changedAt?.epochMilliseconds ?? 0) ? other : one
}
