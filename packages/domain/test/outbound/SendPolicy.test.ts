import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  type Contact,
  MessageClass,
  type PhoneNumber,
  Send,
  SendOutcome,
  SendPolicy,
  VoipSettings
} from "../../src/index.ts"

/** What answers a keyword, which an opt-out does not forbid. */
const answersToKeywords: ReadonlyArray<MessageClass.MessageClass> = ["opt_out_confirmation", "keyword_answer"]

const midnight = DateTime.makeUnsafe("2026-03-03T05:00:00Z")
const noon = DateTime.makeUnsafe("2026-03-03T17:00:00Z")

const facts: SendPolicy.Facts = {
  recipient: "+12125550123" as Contact.Contact,
  messageClass: "care",
  settings: { ...VoipSettings.defaults, quietHours: { start: "21:00", end: "08:00" }, dailyLimitPerContact: 3 },
  consent: { status: "unknown" },
  recipientZone: null,
  sentInLastDay: 0,
  now: noon
}
const decide = (change: Partial<SendPolicy.Facts>) => SendPolicy.decide({ ...facts, ...change })
const refusal = (change: Partial<SendPolicy.Facts>) => {
  const decision = decide(change)
  return decision._tag === "Refuse" ? decision.reason : decision._tag
}

describe("The send policy", () => {
  it("lets a care message go in the daytime", () => assert.strictEqual(decide({})._tag, "SendNow"))

  it("refuses everything while the line is off, an opt-out included", () => {
    const settings = { ...facts.settings, voipEnabled: false }
    assert.strictEqual(refusal({ settings, consent: { status: "opted_out" } }), "voip_disabled")
  })

  it.each(MessageClass.MessageClass.literals.filter((one) => !answersToKeywords.includes(one)))(
    "refuses a %s message to somebody who opted out",
    (messageClass) => {
      assert.strictEqual(
        refusal({ messageClass, consent: { status: "opted_out" }, now: midnight }),
        "recipient_opted_out"
      )
    }
  )

  it.each(answersToKeywords)("lets a %s go to somebody who opted out, at any hour", (messageClass) => {
    const decision = decide({ messageClass, consent: { status: "opted_out" }, now: midnight })
    assert.strictEqual(decision._tag, "SendNow")
  })

  it.each(["72975", "PHARMACY", "ana@example.org"])("refuses to text %s, which nobody reads", (recipient) => {
    assert.strictEqual(refusal({ recipient: recipient as Contact.Contact }), "recipient_not_textable")
  })

  it("lets marketing go only to those who agreed, and never in the night, whatever the tenant set", () => {
    assert.strictEqual(refusal({ messageClass: "marketing" }), "consent_missing")
    const settings = { ...facts.settings, quietHours: null }
    const held = decide({ messageClass: "marketing", consent: { status: "opted_in" }, settings, now: midnight })
    assert.strictEqual(held._tag, "Hold")
  })

  it("holds what can wait until the recipient's morning, and not what cannot", () => {
    for (const messageClass of ["care", "reminder"] as const) {
      const held = decide({ messageClass, now: midnight })
      assert.isTrue(held._tag === "Hold" && DateTime.formatIso(held.until) === "2026-03-03T13:00:00.000Z")
    }
    for (const messageClass of ["conversational", "on_call"] as const) {
      assert.strictEqual(decide({ messageClass, now: midnight })._tag, "SendNow")
    }
  })

  it("refuses what nobody waits for once the day allows no more, and never an answer or an alarm", () => {
    assert.strictEqual(refusal({ sentInLastDay: 2 }), "SendNow")
    for (const messageClass of ["care", "reminder", "notice"] as const) {
      assert.strictEqual(refusal({ messageClass, sentInLastDay: 3 }), "daily_limit_reached")
    }
    for (const messageClass of ["conversational", "on_call", ...answersToKeywords] as const) {
      assert.strictEqual(refusal({ messageClass, sentInLastDay: 50 }), "SendNow")
    }
  })

  it("keeps what goes to many within the law's hours, whatever later hours the tenant chose", () => {
    const evening = DateTime.makeUnsafe("2026-03-04T01:30:00Z")
    const consent = { status: "opted_in" } as const
    assert.strictEqual(decide({ consent, messageClass: "reminder", now: evening })._tag, "SendNow")
    assert.strictEqual(decide({ consent, messageClass: "marketing", now: evening })._tag, "Hold")
  })

  it("leaves contacts alone at night and after ten texts a day where nobody decided", () => {
    const settings = VoipSettings.defaults
    assert.strictEqual(decide({ settings, now: midnight })._tag, "Hold")
    assert.strictEqual(refusal({ settings, sentInLastDay: 9 }), "SendNow")
    assert.strictEqual(refusal({ settings, sentInLastDay: 10 }), "daily_limit_reached")
    assert.strictEqual(settings.escalationTimerMinutes, 20)
  })

  it("explains every refusal to a person", () => {
    for (const reason of SendPolicy.RefusalReason.literals) assert.isAbove(SendPolicy.explain(reason).length, 10)
  })
})

describe("What staff write", () => {
  it("is conversation for a day after the contact's last text, and care after that", () => {
    const wrote = DateTime.subtractDuration(noon, "24 hours")
    assert.strictEqual(MessageClass.ofStaffMessage(wrote, noon), "conversational")
    assert.strictEqual(MessageClass.ofStaffMessage(DateTime.subtractDuration(wrote, 1), noon), "care")
    assert.strictEqual(MessageClass.ofStaffMessage(null, noon), "care")
  })
})

describe("A send without a known outcome", () => {
  it("is safe to repeat only when it certainly did not leave", () => {
    const safe = [
      { _tag: "Throttled", retryAfterMillis: null },
      { _tag: "NotSent", detail: "refused" }
    ] as const
    const unsafe = [
      { _tag: "Unknown", detail: "reset" },
      { _tag: "Accepted", providerMessageId: "1", status: "accepted" },
      { _tag: "Rejected", reason: "other", code: null }
    ] as const
    assert.isTrue(safe.every(SendOutcome.isSafeToRetry))
    assert.isFalse(unsafe.some(SendOutcome.isSafeToRetry))
  })
  it("waits for a person when it is a reply, is let go when automatic, and is sent again when it is an alarm", () => {
    assert.deepStrictEqual(
      (["reply", "auto_reply", "opt_out_confirmation", "escalation"] as const).map(Send.whenLost),
      ["undecided", "abandoned", "abandoned", "resend"]
    )
  })
  it("starts out queued, tried by nobody", () => {
    const send = Send.queue({ to: "+12125550123" as PhoneNumber.E164 } as Parameters<typeof Send.queue>[0], noon)
    assert.deepInclude(send, { state: "queued", attempts: 0, attemptId: null, notBefore: noon })
  })
})
