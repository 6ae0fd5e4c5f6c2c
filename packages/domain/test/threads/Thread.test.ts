import { fc, test } from "@fast-check/vitest"
import { DateTime, Result } from "effect"
import { assert, describe, it } from "vitest"
import {
  type Contact,
  Escalation,
  type FacilityId,
  Message,
  type PatientId,
  type PhoneNumberId,
  Thread,
  ThreadLink,
  type ThreadId
} from "../../src/index.ts"

const now = DateTime.makeUnsafe("2026-03-02T09:30:00Z")
const key: Thread.ThreadKey = { siteGroupingId: null, threadType: "voip", contact: "+13035550123" as Contact.Contact }
const thread = Thread.open("thread-1" as ThreadId, key, null, now)
const [one, two, three] = ["n1", "n2", "n3"] as unknown as [PhoneNumberId, PhoneNumberId, PhoneNumberId]

describe("The number that a thread answers from", () => {
  it("is the lock, else what the contact used last, else the sender's choice, else the tenant's default", () => {
    assert.strictEqual(
      Thread.fromNumber({ ...thread, phoneNumberId: one, lastContactedNumberId: two }, three, three),
      one
    )
    assert.strictEqual(Thread.fromNumber({ ...thread, lastContactedNumberId: two }, three, one), two)
    assert.strictEqual(Thread.fromNumber(thread, three, one), three)
    assert.strictEqual(Thread.fromNumber(thread, null, one), one)
    assert.isNull(Thread.fromNumber(thread, null, null))
  })
})

describe("A thread's link", () => {
  const patients = fc.array(fc.constantFrom("p1", "p2", "p3") as fc.Arbitrary<string> as fc.Arbitrary<PatientId>, {
    maxLength: 4
  })
  const facility = fc.option(fc.constantFrom("f1", "f2") as fc.Arbitrary<string> as fc.Arbitrary<FacilityId>)
  const linked = fc.oneof(
    patients.map((ids) => [...new Set(ids)]).map((patientIds) => ({ patientIds, facilityId: null })),
    facility.map((facilityId) => ({ patientIds: [], facilityId }))
  )
  const request = fc.record({ patientIds: patients, facilityId: facility }, { requiredKeys: [] })

  test.prop([linked, request])(
    "is to patients or to a facility, never to both, and says what it cleared",
    (before, asked) => {
      const decided = ThreadLink.decide(before, asked)
      if (Result.isFailure(decided)) {
        assert.isTrue((asked.patientIds?.length ?? 0) > 0 && asked.facilityId != null)
        return
      }
      const link = decided.success
      assert.isTrue(link.patientIds.length === 0 || link.facilityId === null)
      assert.strictEqual(new Set(link.patientIds).size, link.patientIds.length)
      if (link.cleared === "facility") assert.isTrue(before.facilityId !== null && link.facilityId === null)
      if (link.cleared === "patients") assert.isTrue(before.patientIds.length > 0 && link.patientIds.length === 0)
    }
  )
})

describe("The notice of an escalation", () => {
  it("names no patient and quotes nothing unless previews are on", () => {
    const options = {
      link: "https://clinic.example/threads/1",
      isUrgent: false,
      hasReplyFailed: false,
      waitingMinutes: 12.4
    }
    const silent = Escalation.notice({ ...options, preview: null })
    assert.strictEqual(silent, "Careline: a message has waited 12 min for an answer. https://clinic.example/threads/1")
    assert.include(Escalation.notice({ ...options, preview: "I feel dizzy" }), "I feel dizzy")
  })
})

describe("The line of an inbox", () => {
  test.prop([fc.string({ unit: "grapheme", maxLength: 400 })])("is short and cuts no character in half", (content) => {
    const line = Message.preview({ content, transcript: null, attachments: [] })
    assert.isAtMost(Array.from(line).length, 140)
    assert.isTrue(line.isWellFormed())
  })
  it("says that there is an attachment when there are no words", () => {
    assert.strictEqual(
      Message.preview({ content: " ", transcript: null, attachments: [{ type: "image", url: "x", mimeType: null }] }),
      "Attachment"
    )
  })
})
