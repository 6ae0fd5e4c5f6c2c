/**
 * The one gate that every outbound text passes, when it is asked for and again right before it leaves.
 *
 * In this order: the line is on → the contact consents → the message class → quiet hours at the recipient → daily limit.
 */
import { DateTime, Schema } from "effect"
import type { Consent } from "../contacts/Consent.ts"
import type { Contact } from "../contacts/Contact.ts"
import * as ContactRule from "../contacts/Contact.ts"
import { MessageClass as MessageClasses, type MessageClass } from "../messages/MessageClass.ts"
import * as QuietHours from "../contacts/QuietHours.ts"
import type { VoipSettings } from "../settings/VoipSettings.ts"

export const RefusalReason = Schema.Literals([
  "voip_disabled",
  "recipient_opted_out",
  "recipient_not_textable",
  "consent_missing",
  "daily_limit_reached"
])
export type RefusalReason = typeof RefusalReason.Type

export const Decision = Schema.TaggedUnion({
  SendNow: {},
  /** May leave at `until`, not before. What held it is checked again then. */
  Hold: { until: Schema.DateTimeUtc, reason: Schema.Literals(["quiet_hours"]) },
  Refuse: { reason: RefusalReason }
})
export type Decision = typeof Decision.Type

export interface Facts {
  readonly recipient: Contact
  readonly messageClass: MessageClass
  readonly settings: VoipSettings
  readonly consent: Pick<Consent, "status">
  /** The recipient's IANA zone where the directory knows it. */
  readonly recipientZone: string | null
  /** Texts that nobody waited for, and that left or wait to leave to the recipient, in the 24 hours before `now`, this one not counted. */
  readonly sentInLastDay: number
  readonly now: DateTime.Utc
}

const sendNow: Decision = { _tag: "SendNow" }
const refuse = (reason: RefusalReason): Decision => ({ _tag: "Refuse", reason })

/** Whether somebody waits for a text of the class: an answer, an alarm, what a keyword asked for. */
const isAwaited = (messageClass: MessageClass): boolean => {
  switch (messageClass) {
    case "conversational":
    case "on_call":
    case "opt_out_confirmation":
    case "keyword_answer":
      return true
    case "care":
    case "reminder":
    case "notice":
    case "marketing":
      return false
  }
}

/** The classes of texts that nobody waits for: what quiet hours hold, and what counts for the daily limit. */
export const UNAWAITED: ReadonlyArray<MessageClass> = MessageClasses.literals.filter((one) => !isAwaited(one))

/** The quiet hours that bind a class: none where somebody waits, and the law's beside the tenant's for what goes to many. */
const quietHoursOf = (
  messageClass: MessageClass,
  { quietHours }: VoipSettings
): ReadonlyArray<QuietHours.QuietHours> => {
  if (isAwaited(messageClass)) return []
  const isSolicitation = messageClass === "notice" || messageClass === "marketing"
  return [...(quietHours === null ? [] : [quietHours]), ...(isSolicitation ? [QuietHours.solicitation] : [])]
}

export const decide = (facts: Facts): Decision => {
  const { consent, messageClass, now, recipient, settings } = facts
  if (!settings.voipEnabled) return refuse("voip_disabled")
  if (!ContactRule.canBeTexted(recipient)) return refuse("recipient_not_textable")
  const answersKeyword = messageClass === "opt_out_confirmation" || messageClass === "keyword_answer"
  if (consent.status === "opted_out" && !answersKeyword) return refuse("recipient_opted_out")
  if (messageClass === "marketing" && consent.status !== "opted_in") return refuse("consent_missing")
  const quiet = quietHoursOf(messageClass, settings)
  if (quiet.length > 0) {
    const zones = QuietHours.zonesOf(recipient, facts.recipientZone)
    // What holds a text is looked at again when it ends: the other hours may go on.
    const until = quiet.map((hours) => QuietHours.earliestSend(hours, zones, now)).reduce(DateTime.max)
    if (DateTime.isGreaterThan(until, now)) return { _tag: "Hold", until, reason: "quiet_hours" }
  }
  const limit = isAwaited(messageClass) ? null : settings.dailyLimitPerContact
  return limit !== null && facts.sentInLastDay >= limit ? refuse("daily_limit_reached") : sendNow
}

/** The refusal in words for a person. */
export const explain = (reason: RefusalReason): string => {
  switch (reason) {
    case "voip_disabled":
      return "Texting is switched off for this site grouping"
    case "recipient_opted_out":
      return "The contact has opted out of texts"
    case "recipient_not_textable":
      return "The contact cannot receive texts"
    case "consent_missing":
      return "The contact has not agreed to texts of this kind"
    case "daily_limit_reached":
      return "The contact has received as many texts today as the site grouping allows"
  }
}
