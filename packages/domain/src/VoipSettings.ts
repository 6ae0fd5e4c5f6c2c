/** What a tenant decided about its line. */
import { Schema } from "effect"
import { CallGreeting, distinct, New as NewGreeting } from "./CallGreeting.ts"
import { E164 } from "./PhoneNumber.ts"
import { QuietHours } from "./QuietHours.ts"

/** GSM 03.38 concatenation allows more, but no provider takes a longer text. */
export const MAX_TEXT_LENGTH = 1600

/** A caller chooses with one key. */
const MAX_LANGUAGES = 9

export const VoipSettings = Schema.Struct({
  /** Off: inbound is still stored and shown, nothing is sent and no timer runs. */
  voipEnabled: Schema.Boolean,
  /** The text that answers a thread's first message, or `null` for none. */
  autoReplyMessage: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_TEXT_LENGTH))),
  /** Minutes (fractions allowed) an inbound text may wait for an answer, or `null` for no escalation. */
  escalationTimerMinutes: Schema.NullOr(
    Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(7 * 24 * 60))
  ),
  /** Who is texted when nobody answered. */
  escalationPhoneNumbers: Schema.Array(E164).check(Schema.isMaxLength(20)),
  /** Whether the escalation may quote the message. Off, it names no patient and quotes nothing. */
  escalationPreview: Schema.Boolean,
  /** When automated and care messages wait, in the recipient's own zone, or `null` for never. */
  quietHours: Schema.NullOr(QuietHours),
  /** Texts that may leave to one contact in 24 hours, or `null` for no limit. */
  dailyLimitPerContact: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  /** How callers are greeted, by language. The first holds for who chooses none; empty: English, in our own words. */
  callGreetings: Schema.Array(CallGreeting).check(Schema.isMaxLength(MAX_LANGUAGES)),
  /** What callers are asked for after the greeting: to leave a message, or to hang up and send a text. */
  callHandling: Schema.Literals(["voicemail", "text_us"])
})
export type VoipSettings = typeof VoipSettings.Type

const { fields } = VoipSettings

/** What to change; what is not named stays. */
export const Edit = Schema.Struct({
  voipEnabled: Schema.optionalKey(fields.voipEnabled),
  autoReplyMessage: Schema.optionalKey(fields.autoReplyMessage),
  escalationTimerMinutes: Schema.optionalKey(fields.escalationTimerMinutes),
  escalationPhoneNumbers: Schema.optionalKey(fields.escalationPhoneNumbers),
  escalationPreview: Schema.optionalKey(fields.escalationPreview),
  quietHours: Schema.optionalKey(fields.quietHours),
  dailyLimitPerContact: Schema.optionalKey(fields.dailyLimitPerContact),
  callGreetings: Schema.optionalKey(
    Schema.Array(NewGreeting).check(
      Schema.isMaxLength(MAX_LANGUAGES),
      Schema.makeFilter(
        (greetings: ReadonlyArray<NewGreeting>) =>
          distinct(greetings).length === greetings.length || "one greeting for each language"
      )
    )
  ),
  callHandling: Schema.optionalKey(fields.callHandling)
})
export type Edit = typeof Edit.Type

/** What holds where nobody decided: the line is on, says nothing by itself, and escalates after a quarter of an hour. */
export const defaults: VoipSettings = {
  voipEnabled: true,
  autoReplyMessage: null,
  escalationTimerMinutes: 15,
  escalationPhoneNumbers: [],
  escalationPreview: false,
  quietHours: null,
  dailyLimitPerContact: null,
  callGreetings: [],
  callHandling: "voicemail"
}
