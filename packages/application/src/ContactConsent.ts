/** Staff look up, or put down on a contact's behalf, whether it may be texted. */
import { Consent, type Contact, type Tenant } from "@careline/domain"
import { Consents, Transaction } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { Actor } from "./Actor.ts"
import { audit } from "./Audit.ts"
import { commit } from "./Commit.ts"
import { consentOf } from "./LoadThread.ts"

export const contactConsent = (siteGroupingId: Tenant, contact: Contact.Contact) =>
  consentOf({ siteGroupingId, externalContact: contact })

export const recordConsent = Effect.fn("recordConsent")(function* (
  actor: Actor,
  siteGroupingId: Tenant,
  contact: Contact.Contact,
  status: Consent.Consent["status"]
) {
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
      yield* audit(actor, siteGroupingId, "consent.set", `contact:${contact}`, { status })
      return consent
    })
  )
})
