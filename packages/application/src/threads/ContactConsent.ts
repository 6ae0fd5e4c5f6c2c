/** Gets and records whether a contact may be texted. */
import { Consent, type Contact, PhoneNumber, type Tenant } from "@careline/domain"
import { Consents, Threads, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { byStaff } from "../access/Access.ts"
import { type Actor, assertSees } from "../access/Actor.ts"
import { audit } from "../access/Audit.ts"
import { commit } from "../shared/Commit.ts"
import { consentOf, regionOf } from "./LoadThread.ts"
import { readSender } from "../shared/ReadRequest.ts"
import { assertOnRecord } from "../access/TenantRecord.ts"

/** The log is read by who may not see the contact: its last digits, and whoever may finds it by them. */
const subjectOf = (contact: Contact.Contact): string => `contact:${PhoneNumber.mask(contact)}`

/** Whose data it is: the contact's thread names the patients. Locked before the consent is, as for a text that comes in. */
const threadOf = Effect.fnUntraced(function* (siteGroupingId: Tenant, contact: Contact.Contact) {
  const [thread] = yield* (yield* Threads).loadByKeys([{ siteGroupingId, threadType: "voip", contact }])
  return thread
})

/** What is on record of a contact, given as it writes to us, or as a phone number in any usual way of writing. */
export const contactConsent = Effect.fnUntraced(function* (actor: Actor, siteGroupingId: Tenant, contact: string) {
  yield* assertSees(actor, siteGroupingId)
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const externalContact = yield* readSender("contact", contact, yield* regionOf(siteGroupingId))
      const thread = yield* threadOf(siteGroupingId, externalContact)
      const consent = yield* consentOf({ siteGroupingId, externalContact })
      yield* audit(actor, siteGroupingId, "consent.view", subjectOf(externalContact), {}, thread)
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
  const { transact } = yield* Transaction
  return yield* transact(
    Effect.gen(function* () {
      const contact = yield* readSender("contact", text, yield* regionOf(siteGroupingId))
      // A withdrawal counts of a tenant that is deactivated, too: it may come back.
      yield* assertOnRecord(siteGroupingId)
      const thread = yield* threadOf(siteGroupingId, contact)
      const [known] = yield* (yield* Consents).load([{ siteGroupingId, contact }])
      const consent: Consent.Consent = {
        ...(known ?? Consent.unrecorded(siteGroupingId, contact)),
        status,
        source: "staff",
        changedAt: yield* DateTime.now
      }
      yield* commit([{ _tag: "ConsentChanged", consent }])
      yield* audit(actor, siteGroupingId, "consent.set", subjectOf(contact), { status }, thread)
      return consent
    })
  )
}, byStaff)
