import { fc, test } from "@fast-check/vitest"
import { DateTime } from "effect"
import { assert, describe, it } from "vitest"
import {
  type AppointmentId,
  type Contact,
  type PhoneNumberId,
  type PromptId,
  ReplyIntent,
  type SiteGroupingId,
  VisitPrompt
} from "../../src/index.ts"

const now = DateTime.makeUnsafe("2026-12-01T18:00:00Z")
const hours = (count: number) => DateTime.add(now, { hours: count })

const prompt = (id: string, fields: Partial<VisitPrompt.Prompt> = {}): VisitPrompt.Prompt => ({
  id: id as PromptId,
  siteGroupingId: "north" as SiteGroupingId,
  contact: "+13035550123" as Contact.Contact,
  phoneNumberId: "number" as PhoneNumberId,
  appointmentId: `visit ${id}` as AppointmentId,
  start: hours(20),
  zone: "America/Chicago",
  version: "1",
  askedAt: hours(-1),
  expiresAt: hours(20),
  state: "open",
  answer: null,
  ...fields
})

const nine = prompt("a", { start: hours(20) })
const halfPast = prompt("b", { start: hours(20.5) })

const resolve = (
  prompts: ReadonlyArray<VisitPrompt.Prompt>,
  text: string,
  choice: VisitPrompt.PromptChoice | null = null,
  at = now
) => VisitPrompt.resolve(prompts, choice, ReplyIntent.parse(text), at)

const answers = (resolution: VisitPrompt.Resolution) =>
  resolution._tag === "Answered" ? resolution.answers.map(({ intent, prompt }) => `${prompt.id} ${intent}`) : resolution

const which: VisitPrompt.PromptChoice = { options: [nine.id, halfPast.id], intent: "confirm", expiresAt: hours(24) }

describe("An answer to a question about a visit", () => {
  it("acts on the one that was asked about", () => {
    assert.deepStrictEqual(answers(resolve([nine], "C")), ["a confirm"])
    assert.deepStrictEqual(answers(resolve([nine], "x")), ["a cancel"])
    assert.deepStrictEqual(answers(resolve([nine], "all c")), ["a confirm"])
  })

  it("asks which, by their times, where several could be meant, and acts on what is chosen", () => {
    const asked = resolve([halfPast, nine], "ok see you")
    assert.deepStrictEqual(asked, { _tag: "AskWhich", options: [nine, halfPast], intent: "confirm" })
    assert.deepStrictEqual(answers(resolve([nine, halfPast], "1C 2X", which)), ["a confirm", "b cancel"])
    assert.deepStrictEqual(answers(resolve([nine, halfPast], "2", which)), ["b confirm"])
    assert.deepStrictEqual(answers(resolve([nine, halfPast], "ALL", which)), ["a confirm", "b confirm"])
    assert.deepStrictEqual(resolve([nine, halfPast], "3", which), { _tag: "ForStaff", reason: "unclear" })
    assert.deepStrictEqual(resolve([nine, halfPast], "1", { ...which, intent: null })._tag, "ForStaff")
    const twice = { ...which, options: [nine.id, nine.id, halfPast.id] }
    assert.deepStrictEqual(resolve([nine, halfPast], "1C 2X", twice), { _tag: "ForStaff", reason: "unclear" })
    const later = [nine, halfPast].map((one) => ({ ...one, start: hours(40), expiresAt: hours(40) }))
    assert.deepStrictEqual(resolve(later, "1", which, hours(25)), { _tag: "ForStaff", reason: "unclear" })
  })

  it("leaves two visits at one time to staff", () => {
    const twin = prompt("c", { start: nine.start })
    assert.deepStrictEqual(resolve([nine, twin], "C"), { _tag: "ForStaff", reason: "same_time" })
  })

  it("goes by the newest question of a visit", () => {
    const newer = prompt("n", { appointmentId: nine.appointmentId, askedAt: hours(-0.5) })
    assert.deepStrictEqual(answers(resolve([nine, newer], "C")), ["n confirm"])
    assert.deepStrictEqual(VisitPrompt.supersede([nine, halfPast], newer), [{ ...nine, state: "superseded" }])
    // One that was answered is not asked again by an older one.
    const answered = { ...newer, state: "answered", answer: "confirm" } as const
    assert.deepStrictEqual(resolve([nine, answered], "C"), { _tag: "Ignored" })
  })

  it("is too late where the visit moved, the question ran out, or the visit has begun", () => {
    assert.deepStrictEqual(resolve([{ ...nine, state: "withdrawn" }], "C"), { _tag: "Stale" })
    assert.deepStrictEqual(resolve([{ ...nine, expiresAt: now }], "C"), { _tag: "Stale" })
    assert.deepStrictEqual(resolve([nine], "1", { ...which, options: ["gone" as PromptId] }), { _tag: "Stale" })
    const begun = { ...nine, start: now, expiresAt: hours(2) }
    assert.deepStrictEqual(resolve([begun], "C"), { _tag: "Ignored" })
    assert.deepStrictEqual(resolve([begun], "X"), { _tag: "ForStaff", reason: "started" })
    const choice = { ...which, options: [begun.id, halfPast.id] }
    assert.deepStrictEqual(answers(resolve([begun, halfPast], "1C 2C", choice)), ["b confirm"])
  })

  it("is read where it says the same again, and told to staff where it says something else", () => {
    const confirmed = { ...nine, state: "answered", answer: "confirm" } as const
    assert.deepStrictEqual(resolve([confirmed], "yes"), { _tag: "Ignored" })
    assert.deepStrictEqual(resolve([confirmed], "X"), { _tag: "ForStaff", reason: "changed_mind" })
  })

  it("is no answer where nobody asked, or it is about something else", () => {
    assert.deepStrictEqual(resolve([], "C"), { _tag: "NotAPrompt" })
    assert.deepStrictEqual(resolve([nine], "my daughter has a fever"), { _tag: "NotAPrompt" })
    assert.deepStrictEqual(resolve([nine], "STOP"), { _tag: "NotAPrompt" })
    assert.deepStrictEqual(resolve([nine], "no"), { _tag: "ForStaff", reason: "unclear" })
  })

  const somePrompt = fc
    .record({
      visit: fc.constantFrom("1", "2", "3"),
      start: fc.integer({ min: -2, max: 30 }),
      asked: fc.integer({ min: -30, max: 0 }),
      expires: fc.integer({ min: -2, max: 30 }),
      state: fc.constantFrom(...VisitPrompt.PromptState.literals)
    })
    .map(({ asked, expires, start, state, visit }) => ({
      appointmentId: visit as AppointmentId,
      start: hours(start),
      askedAt: hours(asked),
      expiresAt: hours(expires),
      state
    }))
  const prompts = fc.array(somePrompt, { maxLength: 5 }).map((all) => all.map((fields, at) => prompt(`p${at}`, fields)))
  const texts = fc.constantFrom("C", "X", "R", "yes", "1", "1C 2X", "2R", "ALL", "all x", "no", "STOP", "hello", "9")

  test.prop([
    prompts,
    texts,
    fc.option(fc.array(fc.constantFrom("p0", "p1", "p2", "p9"), { minLength: 1, maxLength: 3 }))
  ])(
    "acts on nothing but open questions about visits to come, each once, whatever was asked before",
    (all, text, options) => {
      const choice =
        options === null ? null : { ...which, options: options as ReadonlyArray<string> as ReadonlyArray<PromptId> }
      const resolution = resolve(all, text, choice)
      if (resolution._tag !== "Answered") return
      const acted = resolution.answers.map(({ prompt }) => prompt)
      for (const one of acted) {
        assert.strictEqual(one.state, "open")
        assert.isTrue(DateTime.isGreaterThan(one.expiresAt, now) && DateTime.isGreaterThan(one.start, now))
        assert.include(all, one)
        const newer = all.filter(
          (other) => other.appointmentId === one.appointmentId && DateTime.isGreaterThan(other.askedAt, one.askedAt)
        )
        assert.isEmpty(newer)
      }
      assert.strictEqual(new Set(acted.map(({ appointmentId }) => appointmentId)).size, acted.length)
    }
  )
})
