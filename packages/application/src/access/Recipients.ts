/** Whom staff may write to: nobody writes to ourselves, where a text costs more than a text, or abroad but on purpose. */
import type { Contact, PhoneNumber, Tenant } from "@careline/domain"
import { Settings } from "@careline/ports"
import { Effect } from "effect"
import { refusalsOf } from "./OwnNumbers.ts"

const words = {
  own_number: "is one of our own numbers",
  premium: "is a premium number",
  abroad: "is in a country that is not written to: contactCountries of the settings names those abroad that are"
} as const

/** Why a tenant begins no conversation with a phone, in words; `null` where it may. Who wrote first is answered wherever they are. */
export const recipientRefusal = Effect.fnUntraced(function* (tenant: Tenant, contact: Contact.Contact) {
  const [settings] = yield* (yield* Settings).effective([tenant])
  const number = contact as string as PhoneNumber.E164
  const [refusal = null] = yield* refusalsOf(tenant, [number], settings!.contactCountries)
  return refusal === null ? null : words[refusal]
})
