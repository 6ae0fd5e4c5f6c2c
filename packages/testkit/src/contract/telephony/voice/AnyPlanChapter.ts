/** Whatever the plan: what is rendered is what the provider knows, and no number stands in it that the other side may not see. */
import {
  type CallGreeting,
  type CallId,
  CallPlan,
  IncomingCall,
  type Language,
  type PhoneNumber,
  type Prompt
} from "@careline/domain"
import { Effect } from "effect"
import fc from "fast-check"
import { assert } from "vitest"
import type { CallTrace } from "../../../simulators/core/Voice.ts"
import { type Chapter, test } from "../Chapter.ts"
import { ProviderUnderTest } from "../Subject.ts"
import { call, caller, heardIn, shown, violationsIn } from "./GivenCall.ts"

const RUNS = 60

/** As long as a number: none stands in texts and ids here, so that each one that is found is a number. */
const LONG_DIGITS = /\d{7,}/g

const text = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
    fc.string({
      unit: fc.constantFrom("<", ">", "&", "'", '"', "]]>", "👩🏽‍⚕️", "é", " ", "\u0000", "\ud800"),
      maxLength: 60
    }),
    fc.string({ unit: fc.constantFrom("é", "a", "👍", " "), minLength: 900, maxLength: 1_000 })
  )
  .map((words) => `.${words.replace(LONG_DIGITS, "")}`)

const language = fc.constantFrom(
  "en-US",
  "es-US",
  "pt-PT",
  "zh-CN",
  "en-ZZ",
  "xx-XX",
  "tlh-QQ"
) as fc.Arbitrary<Language>

const prompt: fc.Arbitrary<Prompt> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Say" as const), text, language }) },
  {
    weight: 1,
    arbitrary: fc
      .string({
        unit: fc.constantFrom("a", "&", "=", "%20", "-", " ", "<", "\u0001", "\ud800", "\uffff", "é"),
        maxLength: 20
      })
      .map((query): Prompt => ({ _tag: "Play", url: `https://files.example.com/a.mp3?${query}` }))
  }
)
const prompts = fc.array(prompt, { maxLength: 3 })
const seconds = fc.integer({ min: 1, max: 14_400 })

/** Numbers that no phone here has, each so seldom the same that a leak shows. */
const number = fc.integer({ min: 2_000_000, max: 9_999_999 }).map((end) => `+1720${end}` as PhoneNumber.E164)

const leaf: fc.Arbitrary<CallPlan.CallPlan> = fc.oneof(
  fc.record({ _tag: fc.constant("Reject" as const), reason: fc.constantFrom("busy" as const, "rejected" as const) }),
  fc.record({ _tag: fc.constant("Hangup" as const), say: prompts }),
  fc.record({ _tag: fc.constant("Voicemail" as const), say: prompts, maxSeconds: seconds, language, after: prompts }),
  fc.record({
    _tag: fc.constant("Connect" as const),
    say: prompts,
    to: number,
    callerId: fc.constant(shown),
    permission: fc.constant("a permission" as CallPlan.Connect["permission"]),
    ringSeconds: seconds,
    maxSeconds: seconds,
    onFail: prompts
  })
)

const KEYS = ["1", "2", "9"]

const plan: fc.Arbitrary<CallPlan.CallPlan> = fc.letrec<{ node: CallPlan.CallPlan }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    leaf,
    fc.record({
      _tag: fc.constant("Gather" as const),
      say: prompts,
      digits: fc.integer({ min: 1, max: 10 }),
      timeoutSeconds: fc.integer({ min: 1, max: 10 }),
      options: fc
        .tuple(tie("node"), tie("node"))
        .map((nodes) => nodes.map((leadsTo, index) => ({ digits: KEYS[index]!, leadsTo }))),
      otherwise: tie("node")
    })
  )
})).node

const callId = fc.option(
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 128 })
    .map((id) => (id.replace(LONG_DIGITS, "").toWellFormed().slice(0, 128).toWellFormed() || "id") as CallId),
  { nil: null }
)

const person = fc.record({
  keys: fc.array(fc.option(fc.constantFrom(...KEYS), { nil: null }), { maxLength: 4 }),
  speaks: fc.constantFrom(0, 1, 5)
})

/** Reads `%2B1720…` as the number that it is. */
const decoded = (body: string): string =>
  body.replace(/%[0-9A-F]{2}/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)))

/** The numbers of a plan that stand in a document without being called by it. */
const leakedIn = (trace: CallTrace, line: string): ReadonlyArray<string> => {
  const called = trace.legs.map(({ number }) => number ?? "")
  const allowed = [...called, shown, line].map((one) => one.slice(1))
  const inDocuments = trace.documents.flatMap(({ body, url }) => `${decoded(body)} ${url}`.match(/\d{10,}/g) ?? [])
  const inLegs = trace.legs.slice(1).map(({ callerId }) => (callerId ?? "").slice(1))
  return [
    ...inDocuments.filter((digits) => !allowed.some((one) => digits === one)),
    ...inLegs.filter((digits) => digits !== shown.slice(1))
  ]
}

/** Greetings as a store may hold them: set under other rules, or by another hand. */
const words = fc.option(
  fc.oneof(
    text,
    fc.constantFrom(" ", "\u0000", "\ud800", "\u200b", "\uffff", "\u0001\u0002"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 60 }).map((one) => one.replace(LONG_DIGITS, ""))
  )
)
const greeting: fc.Arbitrary<CallGreeting.CallGreeting> = fc.record({
  language,
  text: words,
  audioUrl: fc.option(
    fc.constantFrom(
      "https://files.example.com/a.mp3",
      "https://a\u0001",
      "https://files.example.com/\ud800.mp3",
      "https://"
    )
  ),
  choice: words
})
const settings = fc.record({
  callGreetings: fc.array(greeting, { maxLength: 4 }),
  callHandling: fc.constantFrom("voicemail" as const, "text_us" as const)
})

/** What XML keeps for itself is among what is said each time, and not only where chance has it. */
const ofMarkup = {
  callGreetings: [
    { language: "en-US" as Language, text: `Smith & <b>Sons</b> "Clinic" ]]>`, audioUrl: null, choice: null }
  ],
  callHandling: "voicemail" as const
}

export const anyPlanChapter: Chapter = {
  chapter: "Any plan",
  tests: [
    test(
      "MUST render any plan so that the provider knows it, with no number in it but those of the call",
      [],
      function* () {
        const { line } = yield* ProviderUnderTest
        const context = yield* Effect.context<Effect.Services<ReturnType<typeof call>>>()
        const property = fc.asyncProperty(plan, person, callId, async (whole, hands, id) => {
          const called = await Effect.runPromise(Effect.provide(call(whole, hands, [], id), context))
          assert.deepStrictEqual(violationsIn(called), [])
          assert.isTrue(leakedIn(called.trace, line).length === 0, "a number stands where it must not")
          const rendered = called.trace.documents.map(({ body }) => body).join("\n")
          assert.isFalse(rendered.includes(caller.slice(1)), "the caller's number stands in a document")
          for (const turn of called.turns) assert.isTrue(turn.callId === id, "a turn of another call")
        })
        yield* Effect.promise(() => fc.assert(property, { numRuns: RUNS }))
      },
      ["voice"]
    ),

    test(
      "MUST greet a caller, whatever greetings are kept, and when it is asked for the fallback",
      [],
      function* () {
        const { telephony } = yield* ProviderUnderTest
        const context = yield* Effect.context<Effect.Services<ReturnType<typeof call>>>()
        const property = fc.asyncProperty(settings, async (kept) => {
          const whole = IncomingCall.plan(kept)
          const called = await Effect.runPromise(Effect.provide(call(whole), context))
          assert.deepStrictEqual(violationsIn(called), [])
          assert.isAbove(heardIn(called).length, 0, "nobody hears silence")
          const nodes = [...CallPlan.nodes(whole), IncomingCall.plainPlan(kept)]
          for (const node of nodes) {
            for (const kind of ["call", "fallback"] as const) {
              const { status } = telephony.webhooks.reply(kind, { callId: null, at: "", node })
              assert.strictEqual(status, 200)
            }
          }
        })
        yield* Effect.promise(() => fc.assert(property, { numRuns: RUNS, examples: [[ofMarkup]] }))
      },
      ["voice"]
    )
  ]
}
