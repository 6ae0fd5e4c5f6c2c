/** The stand-ins for the EHR and for the provider, which tests of use cases script. */
import { AttemptId, Contact, PatientId, PhoneNumber, UserId } from "@careline/domain"
import { Directory, Telephony } from "@careline/ports"
import { assert, layer } from "@effect/vitest"
import { DateTime, Effect } from "effect"
import * as Memory from "../src/memory/index.ts"

const contact = Contact.Contact.make("+12025550147")
const ids = { patientIds: [PatientId.make("p1")], facilityIds: [], userIds: [UserId.make("u1")] }

const message = (body: string): Telephony.OutboundMessage => ({
  attemptId: AttemptId.make(`attempt of ${body}`),
  from: PhoneNumber.E164.make("+12025550100"),
  to: PhoneNumber.E164.make("+12025550147"),
  body,
  mediaUrls: []
})

layer(Memory.layer)("the memory directory", (it) => {
  it.effect("knows the contacts that it was told of, each in its tenant", () =>
    Effect.gen(function* () {
      const directory = yield* Directory
      const key = { siteGroupingId: null, contact }
      assert.deepStrictEqual(yield* directory.contacts([key]), [])
      const card = { ...key, name: "Corner Pharmacy", timeZone: "America/New_York" }
      yield* (yield* Memory.MemoryDirectory).addCard(card)
      assert.deepStrictEqual(yield* directory.contacts([key]), [card])
    })
  )

  it.effect("doubts no id until it is told which ones there are", () =>
    Effect.gen(function* () {
      const directory = yield* Directory
      assert.deepStrictEqual(yield* directory.missing(null, ids), [])
      yield* (yield* Memory.MemoryDirectory).onlyKnows([UserId.make("u1")])
      assert.deepStrictEqual(yield* directory.missing(null, ids), ["p1"])
    })
  )
})

layer(Memory.layer)("the memory provider", (it) => {
  it.effect("accepts every text until it is told otherwise, and keeps what it was handed", () =>
    Effect.gen(function* () {
      const { messages } = yield* Telephony.Telephony
      const provider = yield* Memory.MemoryTelephony
      const accepted = yield* messages.send(message("one"))
      assert.deepStrictEqual(accepted, { _tag: "Accepted", providerMessageId: "memory-1", status: "accepted" })
      yield* provider.answer(({ body }) => ({ _tag: "Unknown", detail: `lost ${body}` }))
      assert.deepStrictEqual(yield* messages.send(message("two")), { _tag: "Unknown", detail: "lost two" })
      assert.deepStrictEqual(
        (yield* provider.sent).map(({ body }) => body),
        ["one", "two"]
      )
    })
  )

  it.effect("finds what it is told to find", () =>
    Effect.gen(function* () {
      const { messages } = yield* Telephony.Telephony
      const attempt = { ...message("lost"), startedAt: yield* DateTime.now, claimedProviderMessageIds: [] }
      assert.strictEqual((yield* messages.find(attempt))._tag, "CannotTell")
      yield* (yield* Memory.MemoryTelephony).find(() => ({ _tag: "Absent" }))
      assert.deepStrictEqual(yield* messages.find(attempt), { _tag: "Absent" })
    })
  )
})
