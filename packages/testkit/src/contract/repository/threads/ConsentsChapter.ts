/** The chapter "Consents" of the repository contract. */
import type { Consent } from "@careline/domain"
import { Contact } from "@careline/domain"
import { Consents } from "@careline/ports"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { type Chapter, test } from "../shared/Chapter.ts"
import { sameConsents } from "../shared/Compare.ts"
import * as Given from "../shared/Given.ts"
import { freshContact, freshSpellings, StoreUnderTest } from "../shared/Harness.ts"

type Key = Pick<Consent.Consent, "siteGroupingId" | "contact">

const load = (keys: ReadonlyArray<Key>) => Effect.flatMap(Consents, (consents) => consents.load(keys))

/** The contact's consent in the store. */
const recorded = Effect.fnUntraced(function* (
  { contact, siteGroupingId }: Key,
  status: Consent.Consent["status"],
  source: Consent.Consent["source"]
) {
  const changedAt = status === "unknown" ? null : yield* Given.storeNow
  const consent: Consent.Consent = { siteGroupingId, contact, status, source, changedAt }
  yield* Given.apply([{ _tag: "ConsentChanged", consent }])
  return consent
})

export const consentsChapter: Chapter = {
  chapter: "Consents",
  tests: [
    test("MUST keep every kind of consent as it is given", function* () {
      const { tenants } = yield* StoreUnderTest
      const sources = ["none", "keyword", "provider", "staff"] as const
      for (const status of ["unknown", "opted_in", "opted_out"] as const) {
        for (const source of sources) {
          const key = { siteGroupingId: tenants[0], contact: yield* freshContact }
          const consent = yield* recorded(key, status, source)
          sameConsents(yield* load([key]), [consent])
        }
      }
    }),

    test("MUST leave out contacts of whom nothing is recorded", function* () {
      const { tenants } = yield* StoreUnderTest
      const key = { siteGroupingId: tenants[0], contact: yield* freshContact }
      const consent = yield* recorded(key, "opted_out", "keyword")
      sameConsents(yield* load([{ ...key, contact: yield* freshContact }, key]), [consent])
      assert.deepStrictEqual(yield* load([]), [])
    }),

    test("MUST have one consent of a contact whose phone is spelled in several ways", function* () {
      const { tenants } = yield* StoreUnderTest
      const [key, other] = yield* freshSpellings
      const consent = yield* recorded({ siteGroupingId: tenants[0], contact: key }, "opted_out", "keyword")
      const asked = [other, key].map((contact) => ({ siteGroupingId: tenants[0], contact }))
      sameConsents(yield* load(asked), [consent])
      sameConsents(yield* load([asked[0]!]), [consent])
    }),

    test("MUST keep the tenants' consents of one contact apart", function* () {
      const { tenants } = yield* StoreUnderTest
      const contact = yield* freshContact
      const spaces = [tenants[0], tenants[1], null].map((siteGroupingId) => ({ siteGroupingId, contact }))
      const [own, others, systemWide] = spaces
      const out = yield* recorded(own!, "opted_out", "keyword")
      assert.deepStrictEqual(yield* load([others!, systemWide!]), [])
      const wide = yield* recorded(systemWide!, "opted_in", "staff")
      sameConsents(yield* load([own!]), [out])
      sameConsents(yield* load([systemWide!]), [wide])
      assert.strictEqual((yield* load(spaces)).length, 2)
    }),

    test("MUST give a consent once however often it is asked for", function* () {
      const { tenants } = yield* StoreUnderTest
      const key = { siteGroupingId: tenants[0], contact: yield* freshContact }
      const consent = yield* recorded(key, "opted_in", "keyword")
      sameConsents(yield* load([key, key]), [consent])
    }),

    test("MUST keep the consent of a contact that is no phone number", function* () {
      for (const contact of ["32665", "PHARMACY", "desk@careline.test"].map((text) => Contact.Contact.make(text))) {
        const consent = yield* recorded({ siteGroupingId: null, contact }, "opted_out", "staff")
        sameConsents(yield* load([{ siteGroupingId: null, contact }]), [consent])
      }
    })
  ]
}
