/** What a request may say, whichever host it comes through. A host may check more, and say it in its own way. */
import { Attachment, Contact, PhoneNumber, type Thread, VoipSettings } from "@careline/domain"
import { Effect, Option, Schema } from "effect"
import { InvalidRequest } from "./Errors.ts"

/** Items of one page. */
export const MAX_PAGE = 200
/** Characters of a name. */
export const MAX_NAME = 200
/** Patients that one thread may be linked to. */
export const MAX_IDS = 100
/** Characters of an idempotency key. */
export const MAX_KEY = 255
/** Characters of a URL. */
export const MAX_URL = 2048

const refuse = (field: string, message: string): Effect.Effect<never, InvalidRequest> =>
  Effect.fail(new InvalidRequest({ field, message }))

/**
 * A contact who may have written to us: beside those whom we may write to, a short code, and a number in E.164 form that the
 * numbering plans do not know, or not yet. Whoever can reach us can be put down as not to be texted.
 */
export const readSender = (field: string, text: string): Effect.Effect<Contact.Contact, InvalidRequest> => {
  const given = text.trim() as Contact.Contact
  const kind = Contact.kind(given)
  return kind === "phone" || kind === "short_code"
    ? Effect.succeed(given)
    : Effect.map(readContact(field, text), ({ contact }) => contact)
}

/** The contact as it is kept, and the type of thread that it has. Numbers are read in any usual way of writing. */
export const readContact = (
  field: string,
  text: string
): Effect.Effect<{ readonly contact: Contact.Contact; readonly threadType: Thread.ThreadType }, InvalidRequest> => {
  const number = PhoneNumber.parse(text)
  if (Option.isSome(number)) {
    return Effect.succeed({ contact: number.value as string as Contact.Contact, threadType: "voip" })
  }
  const contact = text.trim().toLowerCase() as Contact.Contact
  return Contact.kind(contact) === "email"
    ? Effect.succeed({ contact, threadType: "email" })
    : refuse(field, "must be a valid phone number or an e-mail address")
}

export const readNumber = (field: string, text: string): Effect.Effect<PhoneNumber.E164, InvalidRequest> =>
  PhoneNumber.isValid(text)
    ? Effect.succeed(text as PhoneNumber.E164)
    : refuse(field, "must be a valid phone number in E.164 form, like +12025550123")

export const assertName = (field: string, name: string | null | undefined): Effect.Effect<void, InvalidRequest> =>
  name == null || (name.trim() !== "" && name.length <= MAX_NAME)
    ? Effect.void
    : refuse(field, `must have 1 to ${MAX_NAME} characters`)

export const assertPage = ({ limit }: { readonly limit: number }): Effect.Effect<void, InvalidRequest> =>
  Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE
    ? Effect.void
    : refuse("limit", `must be a whole number from 1 to ${MAX_PAGE}`)

/** A text needs words or media: on the web, where a provider fetches them, or uploaded before. */
export const assertSayable = (message: {
  readonly content: string
  readonly mediaUrls: ReadonlyArray<string>
}): Effect.Effect<void, InvalidRequest> => {
  const { content, mediaUrls } = message
  if (content.trim() === "" && mediaUrls.length === 0) return refuse("content", "content or media is needed")
  const isSendable = (url: string) => Attachment.keyOf(url) !== null || /^https?:\/\/\S+$/.test(url)
  return mediaUrls.every((url) => url.length <= MAX_URL && isSendable(url))
    ? Effect.void
    : refuse("mediaUrls", "must be http or https URLs, or what an upload gave")
}

const decodeEdit = Schema.decodeUnknownEffect(VoipSettings.Edit)

export const readSettings = (edit: unknown): Effect.Effect<VoipSettings.Edit, InvalidRequest> =>
  Effect.mapError(decodeEdit(edit), ({ message }) => new InvalidRequest({ field: "settings", message }))

// What no tenant inherits is refused: left out, an administrator would take it for decided.
const decodePlatformEdit = Schema.decodeUnknownEffect(VoipSettings.PlatformEdit, { onExcessProperty: "error" })

export const readPlatformSettings = (edit: unknown): Effect.Effect<VoipSettings.PlatformEdit, InvalidRequest> =>
  Effect.mapError(decodePlatformEdit(edit), ({ message }) => new InvalidRequest({ field: "settings", message }))

/** Characters of a reason that an exception is made for. */
export const MIN_REASON = 10
export const MAX_REASON = 500

/** Why somebody makes an exception, in so many words: whoever reads the audit log has to understand it. */
export const readReason = (field: string, text: string): Effect.Effect<string, InvalidRequest> => {
  const reason = text.trim()
  return reason.length >= MIN_REASON && reason.length <= MAX_REASON
    ? Effect.succeed(reason)
    : refuse(field, `must have ${MIN_REASON} to ${MAX_REASON} characters`)
}

/** Characters of a note. */
export const MAX_NOTE = 2000

export const assertNote = (field: string, note: string | null): Effect.Effect<void, InvalidRequest> =>
  note === null || note.length <= MAX_NOTE ? Effect.void : refuse(field, `must have at most ${MAX_NOTE} characters`)
