import { fc, test } from "@fast-check/vitest"
import { DateTime, Result } from "effect"
import { assert, describe, it } from "vitest"
import {
  type Contact,
  NumberReplacement,
  type PhoneNumber,
  type PhoneNumberId,
  type InventoryNumber,
  type SiteGroupingId,
  Thread,
  type ThreadId
} from "../../src/index.ts"

const now = DateTime.makeUnsafe(Date.UTC(2026, 2, 2, 9, 30))
const later = DateTime.addDuration(now, "1 hour")
const numberIn = (tenant: string | null, id: string, status: "assigned" | "suspended" = "assigned") =>
  ({
    id: id as PhoneNumberId,
    siteGroupingId: tenant as SiteGroupingId | null,
    number: "+12025550100" as PhoneNumber.E164,
    label: null,
    providerSid: null,
    provider: null,
    status,
    createdAt: now
  }) satisfies InventoryNumber.TenantNumber

const anyNumber = fc
  .record({
    tenant: fc.constantFrom("north", "south", null),
    id: fc.constantFrom("1", "2", "3"),
    status: fc.constantFrom("assigned" as const, "suspended" as const)
  })
  .map(({ id, status, tenant }) => numberIn(tenant, id, status))
const anyId = fc.constantFrom(...(["1", "2", "3"] as Array<PhoneNumberId>), null)
const anyThread = fc.record({ phoneNumberId: anyId, lastContactedNumberId: anyId }).map((numbers): Thread.Thread => ({
  ...Thread.open(
    "t" as ThreadId,
    { siteGroupingId: null, threadType: "voip", contact: "+13035550123" as Contact.Contact },
    null,
    now
  ),
  ...numbers
}))

const refusal = (outcome: ReturnType<typeof NumberReplacement.decide>) =>
  Result.isFailure(outcome)
    ? outcome.failure._tag === "ReplacementRefused"
      ? outcome.failure.reason
      : `${outcome.failure._tag} ${outcome.failure.threads}`
    : null

describe("A number that is taken out of service", () => {
  const number = numberIn("north", "1")

  it("needs another one while threads answer from it", () => {
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, null)), "ReplacementNeeded 3")
    assert.strictEqual(refusal(NumberReplacement.decide(number, 0, null)), null)
  })

  it("is replaced by one of its own site grouping that is in service", () => {
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, number)), "same_number")
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, numberIn("south", "2"))), "other_site_grouping")
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, numberIn(null, "2"))), "other_site_grouping")
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, numberIn("north", "2", "suspended"))), "suspended")
    assert.strictEqual(refusal(NumberReplacement.decide(number, 3, numberIn("north", "2"))), null)
  })

  test.prop([anyNumber, fc.option(anyNumber), fc.nat(), anyThread])(
    "leaves no thread with it, and gives none a number of another site grouping",
    (old, replacement, threads, thread) => {
      const decided = NumberReplacement.decide(old, threads, replacement)
      if (Result.isFailure(decided)) return
      const followed = NumberReplacement.follow(thread, old, decided.success, later)
      for (const [before, after] of [
        [thread.phoneNumberId, followed.phoneNumberId],
        [thread.lastContactedNumberId, followed.lastContactedNumberId]
      ] as const) {
        assert.notStrictEqual(after, old.id)
        assert.strictEqual(after, before === old.id ? (decided.success?.id ?? null) : before)
      }
      if (decided.success !== null) assert.strictEqual(decided.success.siteGroupingId, old.siteGroupingId)
      else assert.strictEqual(threads, 0)
    }
  )

  test.prop([anyNumber, fc.option(anyNumber), anyThread])("is followed once", (old, replacement, thread) => {
    fc.pre(replacement?.id !== old.id)
    const once = NumberReplacement.follow(thread, old, replacement, later)
    assert.strictEqual(NumberReplacement.follow(once, old, replacement, later), once)
  })
})
