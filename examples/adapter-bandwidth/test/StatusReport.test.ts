/** Reports on our texts. */
import { assert, describe, it } from "@effect/vitest"
import * as StatusReport from "../src/StatusReport.ts"

const message = { id: "14762070468292kw2fuqty55yp2b2", tag: "attempt-1" }

describe("StatusReport", () => {
  it("ties a report to its attempt and says why a text failed", () => {
    const report = StatusReport.toEvent({ type: "message-failed", errorCode: 4432, description: "forbidden", message })
    assert.deepInclude(report as object, {
      providerMessageId: message.id,
      attemptId: "attempt-1",
      status: "failed",
      failureReason: "region_not_allowed",
      errorCode: "4432"
    })
  })

  it("names no reason where no receipt came", () => {
    const report = StatusReport.toEvent({ type: "message-failed", errorCode: 9902, message })
    assert.deepInclude(report as object, { status: "sent", failureReason: null, errorCode: "9902" })
  })

  it("does without a tag: a text that another system sent", () => {
    const report = StatusReport.toEvent({ type: "message-delivered", description: "ok", message: { id: "1", tag: "" } })
    assert.deepInclude(report as object, { attemptId: null, status: "delivered", errorCode: null })
  })
})
