/** Numbers as Vonage writes them, E.164 without its `+`. Source: developer.vonage.com/voice/guides/numbers. */
import { type Contact, PhoneNumber } from "@careline/domain"
import { Destination } from "@careline/ports"
import * as Field from "./Field.ts"

/** As long as a contact may be. */
const MAX_SENDER = 254

/** Who sent what names no sender. */
const NOBODY = "unknown"

export const ofE164 = (number: PhoneNumber.E164): string => number.slice(1)

/** A number of ours; `null` for what cannot be one. */
export const toE164 = (digits: unknown): PhoneNumber.E164 | null => {
  const text = Field.textOf(digits).trim()
  const number = text.startsWith("+") ? text : `+${text}`
  return PhoneNumber.isE164(number) ? (number as PhoneNumber.E164) : null
}

/** What came for something of ours: a number, or an address that is none. `null` when nothing is named. */
export const toDestination = (named: unknown, channel: string | null = null): Destination.Destination | null => {
  const number = toE164(named)
  return Destination.of(number ?? Field.textOf(named), channel)
}

/**
 * A sender, which the network passes on as it got it: a number, a short code of 3 to 6 digits, a name, junk, or nothing.
 * What is no number is kept as it came.
 */
export const toContact = (sender: unknown): Contact.Contact => {
  const text = Field.textOf(sender).trim()
  return (toE164(text) ?? (text.slice(0, MAX_SENDER) || NOBODY)) as Contact.Contact
}
