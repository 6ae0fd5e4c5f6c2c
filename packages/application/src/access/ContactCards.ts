/** Looks contacts up in the directory, in every spelling of their phones. */
import { Contact, type Tenant } from "@careline/domain"
import { type ContactCard, Directory } from "@careline/ports"
import { Effect } from "effect"

interface OfTenant {
  readonly siteGroupingId: Tenant
  readonly contact: Contact.Contact
}

/** Tenant and contact as one key of a map. No tenant id or contact contains the separator. */
export const contactKey = ({ contact, siteGroupingId }: OfTenant): string =>
  `${siteGroupingId ?? ""}\u0000${Contact.key(contact)}`

/** What is known of one phone under two spellings: the first one's name, and everybody's patients. */
const joined = (one: ContactCard, other: ContactCard): ContactCard =>
  other.patientIds === undefined
    ? one
    : { ...one, patientIds: [...new Set([...(one.patientIds ?? []), ...other.patientIds])] }

/** The cards of the contacts, each found by any of their spellings. */
export const contactCards = Effect.fnUntraced(function* (contacts: ReadonlyArray<OfTenant>) {
  const keys = contacts.flatMap(({ contact, siteGroupingId }) =>
    Contact.spellings(contact).map((contact) => ({ siteGroupingId, contact }))
  )
  const cards = new Map<string, ContactCard>()
  for (const card of yield* (yield* Directory).contacts(keys)) {
    const known = cards.get(contactKey(card))
    cards.set(contactKey(card), known === undefined ? card : joined(known, card))
  }
  return (contact: OfTenant): ContactCard | undefined => cards.get(contactKey(contact))
})
