/** Which of the messages in a report is the attempt whose answer was lost. */
import type { PhoneNumber } from "@careline/domain"
import { fc, test } from "@fast-check/vitest"
import { DateTime, Option } from "effect"
import { assert, describe, it } from "vitest"
import * as Reconciliation from "../../src/messages/Reconciliation.ts"
import { messageUuid } from "../support.ts"

const to = "+13035550199" as PhoneNumber.E164
const startedAt = DateTime.makeUnsafe("2026-03-02T09:30:00.900Z")
const start = DateTime.toEpochMillis(startedAt)
const HOUR_MILLIS = 3_600_000

describe("The window of a report", () => {
  it("ends an hour from now while the attempt is young, for a clock that is ahead of ours", () => {
    assert.deepStrictEqual(Reconciliation.window({ startedAt, to }, start + 60_000), {
      to: "13035550199",
      dateStart: "2026-03-02T09:25:00Z",
      dateEnd: "2026-03-02T10:31:00Z"
    })
  })

  test.prop([fc.integer({ min: 0, max: 100 * HOUR_MILLIS })])(
    "holds the attempt, and is no longer than Reports takes",
    (ageMillis) => {
      const { dateEnd, dateStart } = Reconciliation.window({ startedAt, to }, start + ageMillis)
      assert.isBelow(Date.parse(dateStart), start)
      assert.isAbove(Date.parse(dateEnd), start)
      assert.isAtMost(Date.parse(dateEnd) - Date.parse(dateStart), 24 * HOUR_MILLIS)
    }
  )
})

describe("A report", () => {
  const record = { clientRef: "a", messageId: messageUuid, status: "submitted" }

  it("names the attempt by our reference, with the status that it gives", () => {
    const found = (change: object) => Reconciliation.find("a", [{ ...record, ...change }])
    assert.deepStrictEqual(found({}), { _tag: "Found", providerMessageId: messageUuid, status: "sent" })
    assert.propertyVal(found({ status: "DELIVERED" }), "status", "delivered")
    for (const status of [undefined, null, "teleported", 7]) {
      assert.propertyVal(found({ status }), "status", "accepted")
    }
    assert.isNull(found({ clientRef: "A" }))
    assert.isNull(found({ messageId: "1" }))
  })

  it("tells why a message did not arrive, and nothing with a code of zero", () => {
    assert.deepStrictEqual(Reconciliation.statusOf({ status: "rejected", errorCode: 1420 }), {
      status: "failed",
      failureReason: "sender_not_allowed",
      errorCode: "1420"
    })
    assert.deepStrictEqual(Reconciliation.statusOf({ status: "rejected", errorCode: "1490" }), {
      status: "sent",
      failureReason: null,
      errorCode: "1490"
    })
    assert.deepStrictEqual(Reconciliation.statusOf({ status: "delivered", errorCode: "0" }), {
      status: "delivered",
      failureReason: null,
      errorCode: null
    })
  })

  it("has a next page only when it says so, and says how to get there", () => {
    const page = { records: [], requestStatus: "TRUNCATED", cursor: "c", iv: "i" }
    assert.deepStrictEqual(Reconciliation.nextPage(page), { cursor: "c", iv: "i" })
    for (const change of [{ requestStatus: "SUCCESS" }, { cursor: undefined }, { iv: 7 }]) {
      assert.isNull(Reconciliation.nextPage({ ...page, ...change }))
    }
  })

  test.prop([fc.anything(), fc.anything()])("tells something whatever its fields hold", (status, errorCode) => {
    assert.isString(Reconciliation.statusOf({ status, errorCode }).status)
  })

  test.prop([fc.anything()])("is read or not, and never throws", (answer) => {
    const report = Reconciliation.decode(answer)
    if (Option.isSome(report)) assert.isNull(Reconciliation.find("a", report.value.records))
  })
})
