/** What the tests of calls have in common: plans, people who call, and what became of it. */
import {
  Call,
  type CallPlan,
  type CallReport,
  type Contact,
  type Language,
  type PhoneNumber,
  type Prompt
} from "@careline/domain"
import type { CallReceived, CallReported, Telephony } from "@careline/ports"
import { DateTime, Effect } from "effect"
import type { CallTrace, InboundCall, VoiceFault } from "../../../simulators/core/Voice.ts"
import { eventsOf } from "../Given.ts"
import { CALL_ID, type Delivered, Receiver } from "../Receiver.ts"
import { ProviderUnderTest } from "../Subject.ts"

/** Somebody who calls one of our numbers. */
export const caller = "+13035550177" as PhoneNumber.E164
/** Somebody whom callers are put through to. */
export const other = "+13035550188" as PhoneNumber.E164
/** Another of our numbers, which the provider lets us show: in no test the one that is called. */
export const shown = "+12025550142" as CallPlan.CallerId

const english = "en-US" as Language
export const spanish = "es-US" as Language

export const say = (text: string, language: Language = english): Prompt => ({ _tag: "Say", text, language })

export const hangup = (...say: ReadonlyArray<Prompt>): CallPlan.CallPlan => ({ _tag: "Hangup", say })

export const voicemail = (change: Partial<CallPlan.Voicemail> = {}): CallPlan.CallPlan => ({
  _tag: "Voicemail",
  say: [say("Leave a message.")],
  maxSeconds: 120,
  language: english,
  after: [say("Thank you.")],
  ...change
})

export const connect = (change: Partial<CallPlan.Connect> = {}): CallPlan.CallPlan => ({
  _tag: "Connect",
  say: [],
  to: other,
  callerId: shown,
  permission: "01980000-0000-7000-8000-00000000b41d" as CallPlan.Connect["permission"],
  ringSeconds: 20,
  maxSeconds: 3_600,
  onFail: [say("Nobody answered.")],
  ...change
})

export const gather = (
  question: string,
  options: CallPlan.Gather["options"],
  otherwise: CallPlan.CallPlan,
  digits = 1
): CallPlan.CallPlan => ({ _tag: "Gather", say: [say(question)], digits, timeoutSeconds: 5, options, otherwise })

/** The calls of the simulator. One that has none is no subject for these tests. */
export const voice = Effect.map(ProviderUnderTest, ({ simulator }) => {
  if (simulator.voice === null) throw new Error("The simulator has no calls, and the adapter declares voice")
  return simulator.voice
})

const isReceived = (event: { readonly _tag: string }): event is CallReceived => event._tag === "CallReceived"
const isReported = (event: { readonly _tag: string }): event is CallReported => event._tag === "CallReported"

/** What came of a call. */
export interface Called {
  readonly trace: CallTrace
  readonly webhooks: ReadonlyArray<Delivered>
  readonly received: ReadonlyArray<CallReceived>
  readonly reported: ReadonlyArray<CallReported>
  readonly turns: ReadonlyArray<Telephony.CallTurn>
}

const turnOf = ({ result }: Delivered): ReadonlyArray<Telephony.CallTurn> =>
  result?._tag === "Success" && result.success.turn !== undefined ? [result.success.turn] : []

/** What webhooks told since `before` of them had come. */
export const toldOf = (trace: CallTrace, webhooks: ReadonlyArray<Delivered>): Called => {
  const events = webhooks.flatMap(eventsOf)
  return {
    trace,
    webhooks,
    received: events.filter(isReceived),
    reported: events.filter(isReported),
    turns: webhooks.flatMap(turnOf)
  }
}

/** Somebody calls the line, which does what the plan says. */
export const call = Effect.fnUntraced(function* (
  plan: CallPlan.CallPlan,
  person: Partial<InboundCall> = {},
  faults: ReadonlyArray<VoiceFault> = [],
  callId: Parameters<Receiver["Service"]["plan"]>[1] = CALL_ID
) {
  const { line } = yield* ProviderUnderTest
  const receiver = yield* Receiver
  const phones = yield* voice
  receiver.plan(plan, callId)
  for (const fault of faults) phones.onCall(fault)
  const before = receiver.delivered.length
  const trace = yield* Effect.promise(() => phones.call({ from: caller, to: line, ...person }))
  return toldOf(trace, receiver.delivered.slice(before))
})

/** What the caller heard. */
export const heardIn = ({ trace }: Pick<Called, "trace">): ReadonlyArray<string> => trace.legs[0]?.heard ?? []

/** What was wrong with what the adapter rendered. */
export const violationsIn = ({ trace }: Pick<Called, "trace">): ReadonlyArray<string> =>
  trace.documents.flatMap(({ violation }) => violation ?? [])

/** What Careline knows of a call after these reports. */
export const joined = (
  purpose: Call.Call["purpose"],
  plan: CallPlan.CallPlan,
  reported: ReadonlyArray<{ readonly report: CallReport }>
): Call.Call => {
  const now = DateTime.makeUnsafe(0)
  const open = Call.open(
    {
      id: CALL_ID,
      siteGroupingId: null,
      purpose,
      direction: "inbound",
      provider: "any",
      providerCallId: null,
      plan,
      fromNumber: caller as string as Contact.Contact,
      toNumber: shown as string as Contact.Contact,
      phoneNumberId: null
    },
    "ringing",
    now
  )
  return reported.reduce((known, { report }) => Call.applyReport(known, report, now), open)
}
