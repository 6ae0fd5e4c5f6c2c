/**
 * The other side of a conversation.
 *
 * A contact is kept as the string that identifies it: an E.164 number (ITU-T E.164), an e-mail address, or the sender
 * as the provider gave it when it is neither (a short code, an alphanumeric sender ID). The last two can be read, never
 * answered. One phone may be spelled in several ways (`PhoneNumber.spellings`): what is kept about a contact is kept, found and
 * compared by the contact's key.
 */
import { Schema } from "effect"
import * as PhoneNumber from "./PhoneNumber.ts"

const MAX_CONTACT_LENGTH = 254 // RFC 5321 4.5.3.1.3: the longest address a mailbox can have

export const Contact = Schema.NonEmptyString.check(Schema.isMaxLength(MAX_CONTACT_LENGTH)).pipe(Schema.brand("Contact"))
export type Contact = typeof Contact.Type

export type ContactKind = "phone" | "email" | "short_code" | "alphanumeric"

/** An address of SIP looks like one of e-mail, and is none. */
const EMAIL = /^(?!sips?:)[^\s@]+@[^\s@]+\.[^\s@]+$/i
const SHORT_CODE = /^\d{3,8}$/

/** What kind of contact this is. A number is a phone number only in E.164 form, with its `+`. */
export const kind = (contact: Contact): ContactKind => {
  if (PhoneNumber.isE164(contact)) return "phone"
  if (EMAIL.test(contact)) return "email"
  if (SHORT_CODE.test(contact)) return "short_code"
  return "alphanumeric"
}

/** Whether a text sent to this contact can arrive and be read by a person. */
export const canBeTexted = (contact: Contact): boolean => kind(contact) === "phone"

/** All contacts of the same key, the key first; the given one is among them. */
export const spellings = (contact: Contact): ReadonlyArray<Contact> =>
  kind(contact) === "phone" ? ([...new Set([...PhoneNumber.spellings(contact), contact])] as Array<Contact>) : [contact]

/** What identifies the contact: one key for all spellings of one phone, which is a contact itself. */
export const key = (contact: Contact): Contact => spellings(contact)[0]!
