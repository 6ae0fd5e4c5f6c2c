/** Staff look up, or put down on a contact's behalf, whether it may be texted. */
import { Consent, type Contact, PhoneNumber, type Tenant } from "@careline/domain"
import { Consents, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { byStaff } from "./Access.ts"
import { type Actor, assertSees } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { commit } from "./Commit.ts"
import { consentOf } from "./LoadThread.ts"
import { readSender } from "./ReadRequest.ts"

/** The log is read by who may not see the contact: its last digits, and whoever may finds it by them. */
const subjectOf = (contact: Contact.Contact): string => `contact:${PhoneNumber.mask(contact)}`

/** What is on record of a contact, given as it writes to us, or as a phone number in any usual way of writing. */
export const contactConsent = Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, contact: string) {
  yield* assertSees(actor, siteGroupingId)
  const externalContact = yield* readSender("contact", contact)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const consent = yield* consentOf({ siteGroupingId, externalContact })
      yield* audit(actor, siteGroupingId, "consent.view", subjectOf(externalContact))
      return consent
    })
  )
}, byStaff)

export const recordConsent = Effect.fn("recordConsent")(function* (
  actor: Actor,
  siteGroupingId: Tenant,
  text: string,
  status: Consent.Consent["status"]
) {
  yield* assertSees(actor, siteGroupingId)
  const contact = yield* readSender("contact", text)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const [known] = yield* (yield* Consents).load([{ siteGroupingId, contact }])
      const consent: Consent.Consent = {
        ...(known ?? Consent.unrecorded(siteGroupingId, contact)),
        status,
        source: "staff",
        changedAt: yield* DateTime.now
      }
      yield* commit([{ _tag: "ConsentChanged", consent }])
      yield* audit(actor, siteGroupingId, "consent.set", subjectOf(contact), { status })
      return consent
    })
  )
}, byStaff)
