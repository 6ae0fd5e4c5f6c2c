/** What a tenant decided about its line. */
import { Schema } from "effect"
import { CallGreeting, distinct, New as NewGreeting } from "./CallGreeting.ts"
import { Country, E164 } from "../contacts/PhoneNumber.ts"
import { QuietHours } from "../contacts/QuietHours.ts"
import { Words } from "../shared/Text.ts"

/** GSM 03.38 concatenation allows more, but no provider takes a longer text. */
export const MAX_TEXT_LENGTH = 1600

const MAX_COUNTRIES = 250

const MAX_LINK_HOSTS = 20

/** Shorteners that anybody may use: their domains carry others' spam, and carriers block texts with them (Twilio, error 30963). */
const PUBLIC_SHORTENERS = new Set([
  "bit.ly",
  "buff.ly",
  "cutt.ly",
  "goo.gl",
  "is.gd",
  "lnkd.in",
  "ow.ly",
  "rb.gy",
  "rebrand.ly",
  "shorturl.at",
  "t.co",
  "t.ly",
  "tiny.cc",
  "tinyurl.com"
])

/** The name of a host, in lower case. */
const LinkHost = Schema.String.check(
  Schema.isMaxLength(253),
  Schema.isPattern(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, {
    message: "must be the name of a host in lower case, like visits.example.com"
  }),
  Schema.makeFilter((host) => !PUBLIC_SHORTENERS.has(host) || "must not be a public shortener: carriers block those")
)

/** A caller chooses with one key. */
const MAX_LANGUAGES = 9

export const VoipSettings = Schema.Struct({
  /** Off: inbound is still stored and shown, nothing is sent and no timer runs. */
  voipEnabled: Schema.Boolean,
  /** The text that answers a thread's first message, or `null` for none. */
  autoReplyMessage: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_TEXT_LENGTH))),
  /** What a contact is told at once who may be in danger, or `null` for our own words: call 911, or 988 in a crisis. */
  urgentMessage: Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(MAX_TEXT_LENGTH))),
  /** Minutes (fractions allowed) an inbound text may wait for an answer, or `null` for no escalation. */
  escalationTimerMinutes: Schema.NullOr(
    Schema.Finite.check(Schema.isGreaterThan(0), Schema.isLessThanOrEqualTo(7 * 24 * 60))
  ),
  /** Who is texted when nobody answered. */
  escalationPhoneNumbers: Schema.Array(E164).check(Schema.isMaxLength(20)),
  /** Whether the escalation may quote the message. Off, it names no patient and quotes nothing. */
  escalationPreview: Schema.Boolean,
  /** When messages that nobody waits for wait, in the recipient's own zone, or `null` for never. */
  quietHours: Schema.NullOr(QuietHours),
  /** Texts that nobody waits for and that may leave to one contact in 24 hours, or `null` for no limit. */
  dailyLimitPerContact: Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 10_000 }))),
  /** Countries abroad whose numbers staff may write to, by their two letters (ISO 3166-1); who wrote first is always answered. */
  contactCountries: Schema.Array(Country).check(Schema.isMaxLength(MAX_COUNTRIES)),
  /** Hosts of ours that links in templates may lead to. No public shortener: carriers block those. */
  linkHosts: Schema.Array(LinkHost).check(Schema.isMaxLength(MAX_LINK_HOSTS)),
  /** How callers are greeted, by language. The first holds for who chooses none; empty: English, in our own words. */
  callGreetings: Schema.Array(CallGreeting).check(Schema.isMaxLength(MAX_LANGUAGES)),
  /** What callers are asked for after the greeting: to leave a message, or to hang up and send a text. */
  callHandling: Schema.Literals(["voicemail", "text_us"]),
  /** Whether threads on a suspended number send from another number of the site grouping. Off, such a text is refused. */
  suspendedNumberFallback: Schema.Boolean
})
export type VoipSettings = typeof VoipSettings.Type

const { fields } = VoipSettings

/** A setting by name. */
export type Field = keyof VoipSettings

/** The settings by name, in the order of their description. */
export const FIELDS = Object.keys(fields) as ReadonlyArray<Field>

/**
 * What a store kept of a tenant's own settings, by whatever rules held then: what may not be named any more still holds, and keeps
 * nobody from reading the rest.
 */
export const Kept = Schema.Struct({
  voipEnabled: Schema.optionalKey(fields.voipEnabled),
  autoReplyMessage: Schema.optionalKey(fields.autoReplyMessage),
  urgentMessage: Schema.optionalKey(fields.urgentMessage),
  escalationTimerMinutes: Schema.optionalKey(fields.escalationTimerMinutes),
  escalationPhoneNumbers: Schema.optionalKey(fields.escalationPhoneNumbers),
  escalationPreview: Schema.optionalKey(fields.escalationPreview),
  quietHours: Schema.optionalKey(fields.quietHours),
  dailyLimitPerContact: Schema.optionalKey(fields.dailyLimitPerContact),
  contactCountries: Schema.optionalKey(fields.contactCountries),
  linkHosts: Schema.optionalKey(fields.linkHosts),
  callGreetings: Schema.optionalKey(fields.callGreetings),
  callHandling: Schema.optionalKey(fields.callHandling),
  suspendedNumberFallback: Schema.optionalKey(fields.suspendedNumberFallback)
})

/** What a tenant names itself. What it does not name is inherited, and follows a later change of the platform's. */
export const Edit = Schema.Struct({
  voipEnabled: Schema.optionalKey(fields.voipEnabled),
  autoReplyMessage: Schema.optionalKey(Schema.NullOr(Words(MAX_TEXT_LENGTH))),
  urgentMessage: Schema.optionalKey(Schema.NullOr(Words(MAX_TEXT_LENGTH))),
  escalationTimerMinutes: Schema.optionalKey(fields.escalationTimerMinutes),
  escalationPhoneNumbers: Schema.optionalKey(
    fields.escalationPhoneNumbers.check(
      Schema.makeFilter(
        (numbers: ReadonlyArray<E164>) => new Set(numbers).size === numbers.length || "each number once"
      )
    )
  ),
  escalationPreview: Schema.optionalKey(fields.escalationPreview),
  quietHours: Schema.optionalKey(
    Schema.NullOr(
      QuietHours.check(
        Schema.makeFilter(({ end, start }: QuietHours) => start !== end || "must end at another time than they start")
      )
    )
  ),
  dailyLimitPerContact: Schema.optionalKey(fields.dailyLimitPerContact),
  contactCountries: Schema.optionalKey(fields.contactCountries),
  linkHosts: Schema.optionalKey(fields.linkHosts),
  callGreetings: Schema.optionalKey(
    Schema.Array(NewGreeting).check(
      Schema.isMaxLength(MAX_LANGUAGES),
      Schema.makeFilter(
        (greetings: ReadonlyArray<NewGreeting>) =>
          distinct(greetings).length === greetings.length || "one greeting for each language"
      )
    )
  ),
  callHandling: Schema.optionalKey(fields.callHandling),
  suspendedNumberFallback: Schema.optionalKey(fields.suspendedNumberFallback)
})
export type Edit = typeof Edit.Type

/**
 * What the platform names for all tenants. Whom an alarm reaches, whether it quotes a patient, and what contacts are told are
 * never inherited: a phone of one clinic is a stranger's to the next one, and no clinic speaks in another one's name.
 */
export const PlatformEdit = Schema.Struct({
  voipEnabled: Edit.fields.voipEnabled,
  escalationTimerMinutes: Edit.fields.escalationTimerMinutes,
  quietHours: Edit.fields.quietHours,
  dailyLimitPerContact: Edit.fields.dailyLimitPerContact,
  contactCountries: Edit.fields.contactCountries,
  callHandling: Edit.fields.callHandling
})
export type PlatformEdit = typeof PlatformEdit.Type

/** The same of what a store kept for the platform. */
export const KeptPlatform = Schema.Struct({
  voipEnabled: Kept.fields.voipEnabled,
  escalationTimerMinutes: Kept.fields.escalationTimerMinutes,
  quietHours: Kept.fields.quietHours,
  dailyLimitPerContact: Kept.fields.dailyLimitPerContact,
  contactCountries: Kept.fields.contactCountries,
  callHandling: Kept.fields.callHandling
})

/** A setting that tenants inherit. */
export type PlatformField = keyof typeof PlatformEdit.fields

export const PLATFORM_FIELDS = Object.keys(PlatformEdit.fields) as ReadonlyArray<PlatformField>

/**
 * What holds where nobody decided: the line is on, says nothing by itself, escalates after twenty minutes, and leaves contacts
 * alone at night and after ten texts a day.
 */
export const defaults: VoipSettings = {
  voipEnabled: true,
  autoReplyMessage: null,
  urgentMessage: null,
  escalationTimerMinutes: 20,
  escalationPhoneNumbers: [],
  escalationPreview: false,
  quietHours: { start: "21:00", end: "08:00" },
  dailyLimitPerContact: 10,
  contactCountries: [],
  linkHosts: [],
  callGreetings: [],
  callHandling: "voicemail",
  suspendedNumberFallback: false
}

/** Whose a setting is: the tenant's own, the platform's for all tenants, or the product's. */
export const Source = Schema.Literals(["own", "platform", "product"])
export type Source = typeof Source.Type

/** Whose each setting is. */
export const Sources = Schema.Struct({
  voipEnabled: Source,
  autoReplyMessage: Source,
  urgentMessage: Source,
  escalationTimerMinutes: Source,
  escalationPhoneNumbers: Source,
  escalationPreview: Source,
  quietHours: Source,
  dailyLimitPerContact: Source,
  contactCountries: Source,
  linkHosts: Source,
  callGreetings: Source,
  callHandling: Source,
  suspendedNumberFallback: Source
})
export type Sources = typeof Sources.Type

/** What is named of the fields, and nothing else. */
const pick = <F extends Field>(named: Edit, wanted: ReadonlyArray<F>): Partial<Pick<VoipSettings, F>> =>
  Object.fromEntries(
    wanted.filter((field) => named[field] !== undefined).map((field) => [field, named[field]])
  ) as Partial<Pick<VoipSettings, F>>

/** Whether tenants inherit the setting. */
export const isInherited = (field: Field): field is PlatformField =>
  (PLATFORM_FIELDS as ReadonlyArray<Field>).includes(field)

/** Of something about each setting, what is about those that tenants inherit. */
export const onlyInherited = <A extends Readonly<Record<PlatformField, unknown>>>(about: A): Pick<A, PlatformField> =>
  Object.fromEntries(PLATFORM_FIELDS.map((field) => [field, about[field]])) as Pick<A, PlatformField>

/** The settings that hold: what the tenant named, else what the platform did, else the product's. */
export const resolve = (own: Edit, platform: PlatformEdit): VoipSettings => ({
  ...defaults,
  ...pick(platform, PLATFORM_FIELDS),
  ...pick(own, FIELDS)
})

/** Whose each of the settings that hold is. */
export const sourcesOf = (own: Edit, platform: PlatformEdit): Sources => {
  const sourceOf = (field: Field): Source =>
    own[field] !== undefined ? "own" : isInherited(field) && platform[field] !== undefined ? "platform" : "product"
  return Object.fromEntries(FIELDS.map((field) => [field, sourceOf(field)])) as unknown as Sources
}

/** The named settings without one of them, which is inherited from then on. */
export const without = <Named extends Edit>(named: Named, field: keyof Named & Field): Named => {
  const { [field]: _, ...rest } = named
  return rest as unknown as Named
}
