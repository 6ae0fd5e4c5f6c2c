/**
 * A prepared, single-use permission for one masked call: a clinician calls a contact, who sees one of our numbers and
 * never the clinician's.
 *
 * Dialled in: the clinician calls our number, and who calls from their number while one permission lives is put through.
 * Called back: the provider calls the clinician first; a key has to be pressed, so that a private voicemail that answers
 * reaches nobody. A caller's number can be forged and a new one can be a slip, so where more than one permission matches, or
 * the number is new, a PIN is asked. Who does not know it hears what every caller hears: the number may be a patient's.
 */
import { DateTime, Result, Schema } from "effect"
import { CallerId, type CallPlan, type Connect, doubting } from "./CallPlan.ts"
import type { Prompt } from "../settings/Prompt.ts"
import { BridgeRequestId, CallId, PhoneNumberId, Tenant, ThreadId, UserId } from "../shared/Ids.ts"
import type { Language } from "../contacts/Language.ts"
import * as PhoneNumber from "../contacts/PhoneNumber.ts"
import type { Thread } from "../threads/Thread.ts"

export const Mode = Schema.Literals(["dial_in", "callback"])
export type Mode = typeof Mode.Type

export const BridgeRequest = Schema.Struct({
  id: BridgeRequestId,
  siteGroupingId: Tenant,
  threadId: ThreadId,
  mode: Mode,
  clinicianId: UserId,
  /** Known to us and to the provider that calls it. In no leg to the contact, no log and no export. */
  clinicianNumber: PhoneNumber.E164,
  /** Since when the clinician has been known under this number. */
  numberSince: Schema.DateTimeUtc,
  /** The number that the clinician dials, or is called from. */
  bridgeNumberId: PhoneNumberId,
  bridgeNumber: PhoneNumber.E164,
  /** What the contact sees. */
  callerIdNumberId: PhoneNumberId,
  callerId: CallerId,
  contact: PhoneNumber.E164,
  pin: Schema.String,
  /** Why, and what is to be noted: both go to the call log. */
  reason: Schema.NullOr(Schema.String),
  notes: Schema.NullOr(Schema.String),
  /** Wrong PINs entered so far. */
  failedPins: Schema.Int,
  expiresAt: Schema.DateTimeUtc,
  /** The call that used it up. */
  usedBy: Schema.NullOr(CallId),
  createdAt: Schema.DateTimeUtc
})
export type BridgeRequest = typeof BridgeRequest.Type

/** How long a number has to be known before a call from it is taken at its word. */
export const SETTLED_AFTER_MILLIS = 7 * 24 * 60 * 60 * 1000
export const PIN_DIGITS = 6
/** Tries at a PIN within one call. */
const PIN_TRIES = 3
/** Wrong PINs, over all calls, after which a permission is void. */
export const MAX_FAILED_PINS = 6
const KEY_SECONDS = 10
/** A contact who is asked for a PIN waits for the greeting meanwhile. */
const CONTACT_KEY_SECONDS = 5
/** How long a phone rings: shorter than most voicemails wait. In seconds, as how long is talked. */
export const RING_SECONDS = 30
export const TALK_SECONDS = 60 * 60
const CALLBACK_TRIES = 2
/** How long a callback may take until it is connected: ringing, and the wait for a key. In seconds. */
export const CALLBACK_SECONDS = RING_SECONDS + CALLBACK_TRIES * KEY_SECONDS

export const RefusalReason = Schema.Literals(["not_a_phone", "premium", "abroad", "own_number", "contacts_number"])
export type RefusalReason = typeof RefusalReason.Type

/** Nobody is put through to such a number. */
export class DestinationRefused extends Schema.TaggedError<DestinationRefused>()("DestinationRefused", {
  reason: RefusalReason
}) {
  override get message(): string {
    switch (this.reason) {
      case "not_a_phone":
        return "The contact has no number that can be called"
      case "premium":
        return "The number is an emergency or a premium number"
      case "abroad":
        return "The number is in another country than the number that would call it"
      case "own_number":
        return "The number is one of the clinic's own"
      case "contacts_number":
        return "The number is the contact's, and cannot be the clinician's"
    }
  }
}

/** Whether a number cannot be a clinician's: calls from it would not be the contact's any more, or go round in circles. */
export const clinicianRefusal = (
  clinician: PhoneNumber.E164,
  thread: Pick<Thread, "externalContact">,
  isOurs: boolean
): "own_number" | "contacts_number" | null => {
  if (isOurs) return "own_number"
  return PhoneNumber.isSame(clinician, thread.externalContact) ? "contacts_number" : null
}

/** The number that a thread's contact is called at. Emergency numbers have no E.164 form, and so are not phones here. */
export const destination = (
  thread: Pick<Thread, "externalContact">,
  from: PhoneNumber.E164,
  isOurs: boolean
): Result.Result<PhoneNumber.E164, DestinationRefused> => {
  const number = thread.externalContact as string
  const reason = !PhoneNumber.isValid(number)
    ? "not_a_phone"
    : isOurs
      ? "own_number"
      : PhoneNumber.destinationRefusal(number as PhoneNumber.E164, [from])
  return reason === null ? Result.succeed(number as PhoneNumber.E164) : Result.fail(new DestinationRefused({ reason }))
}

/** Whether the permission can still be used. */
export const isLive = (request: BridgeRequest, now: DateTime.Utc): boolean =>
  request.usedBy === null && request.failedPins < MAX_FAILED_PINS && DateTime.isGreaterThan(request.expiresAt, now)

/** Whether the clinician has been known under the number for so long that a call from it is taken at its word. */
export const isSettled = ({ numberSince }: BridgeRequest, now: DateTime.Utc): boolean =>
  now.epochMilliseconds - numberSince.epochMilliseconds >= SETTLED_AFTER_MILLIS

const language = "en-US" as Language

const say = (text: string): ReadonlyArray<Prompt> => [{ _tag: "Say", text, language }]

const hangup = (text: string): CallPlan => ({ _tag: "Hangup", say: say(text) })

const connect = (request: BridgeRequest): Connect => ({
  _tag: "Connect",
  say: say("Connecting your call."),
  to: request.contact,
  callerId: request.callerId,
  permission: request.id,
  ringSeconds: RING_SECONDS,
  maxSeconds: TALK_SECONDS,
  onFail: say("Your call was not answered. Goodbye.")
})

interface Question {
  readonly question: string
  readonly again: string
  readonly options: ReadonlyArray<{ readonly digits: string; readonly leadsTo: CallPlan }>
  readonly digits: number
  readonly seconds: number
  readonly tries: number
  /** After the last try. */
  readonly otherwise: CallPlan
}

/** A question that is asked again, and what comes after its last try. */
const ask = ({ question, tries, ...rest }: Question): CallPlan => ({
  _tag: "Gather",
  say: say(question),
  digits: rest.digits,
  timeoutSeconds: rest.seconds,
  options: rest.options,
  otherwise: tries > 1 ? ask({ ...rest, question: rest.again, tries: tries - 1 }) : rest.otherwise
})

/** Whoever calls from a number that calls were prepared for. */
export interface Caller {
  /** Whether the tenant has a conversation with the number that they call from. */
  readonly isContact: boolean
  /** What anybody who calls hears. */
  readonly greeting: CallPlan
  /** Our number that they called. */
  readonly called: PhoneNumber.E164
  /** Those of our numbers that the other side of a call through this provider may see. */
  readonly callerIds: ReadonlySet<string>
}

/** The plan of a call, and the permissions that it may use, or might have used in time. */
export interface Dialled {
  readonly plan: CallPlan
  readonly candidates: ReadonlyArray<BridgeRequest>
}

/**
 * Somebody calls a number of the tenant from one that these requests were made for. `null` when none of them was: then the
 * caller is anybody. Who comes too late hears it, so that no voicemail of theirs is kept as if they were a contact; unless
 * the number is a contact's as well, a ward's or a facility's: then it is a contact who calls, and a clinician only by their
 * PIN. Nobody is turned away whose number may have been given by mistake: who is asked in vain, and who comes too late from a
 * number that is new, hears the greeting. A clinician who calls another number of the tenant is put through all the same, or
 * hears which one to call where the provider of that number cannot.
 */
export const dialled = (requests: ReadonlyArray<BridgeRequest>, caller: Caller, now: DateTime.Utc): Dialled | null => {
  const live = requests.filter((request) => request.mode === "dial_in" && isLive(request, now))
  const meant = live.filter(({ bridgeNumber }) => bridgeNumber === caller.called)
  const candidates = meant.length > 0 ? meant : live.filter(({ callerId }) => caller.callerIds.has(callerId))
  const [first, ...others] = candidates
  if (first !== undefined) return { plan: invite(first, others, caller, now), candidates }
  if (requests.length === 0 || caller.isContact) return null
  const [elsewhere] = live
  if (elsewhere !== undefined) {
    const text = `You prepared a call from another number of ours. Please call ${spelled(elsewhere.bridgeNumber)}.`
    const plan = isSettled(elsewhere, now) ? hangup(text) : before(text, doubting(caller.greeting, elsewhere.id))
    return { plan, candidates: live }
  }
  const late = "Your call was not prepared, or the time for it is over. Please prepare it again."
  const [latest] = requests.toReversed()
  const isKnown = requests.some((request) => isSettled(request, now))
  const plan = isKnown ? hangup(late) : before(late, doubting(caller.greeting, latest!.id))
  return { plan, candidates: requests }
}

const invite = (
  first: BridgeRequest,
  others: ReadonlyArray<BridgeRequest>,
  { greeting, isContact }: Caller,
  now: DateTime.Utc
): CallPlan => {
  if (others.length === 0 && !isContact && isSettled(first, now)) return connect(first)
  const orStay = "or stay on the line to hear our greeting."
  return ask({
    question: `If you prepared a call, please enter its PIN, ${orStay}`,
    again: `Please enter the PIN of your call, ${orStay}`,
    options: [first, ...others].map((request) => ({ digits: request.pin, leadsTo: connect(request) })),
    digits: PIN_DIGITS,
    seconds: isContact ? CONTACT_KEY_SECONDS : KEY_SECONDS,
    tries: PIN_TRIES,
    otherwise: doubting(greeting, first.id)
  })
}

/** A number as it is spoken: digit by digit. */
const spelled = (number: PhoneNumber.E164): string =>
  PhoneNumber.display(number)
    .split(/\D+/)
    .filter((group) => group !== "")
    .map((group) => [...group].join(" "))
    .join(", ")

/** A plan after some words. */
const before = (text: string, plan: CallPlan): CallPlan =>
  plan._tag === "Reject" ? hangup(text) : { ...plan, say: [...say(text), ...plan.say] }

/** The plan of a call to the clinician, once they answer. */
export const callback = (request: BridgeRequest): CallPlan =>
  ask({
    question: "This is your call from the clinic's line. Press 1 to be connected.",
    again: "Press 1 to be connected.",
    options: [{ digits: "1", leadsTo: connect(request) }],
    digits: 1,
    seconds: KEY_SECONDS,
    tries: CALLBACK_TRIES,
    otherwise: hangup("Goodbye.")
  })

const only = <A>(values: ReadonlyArray<A>): A | null => (new Set(values).size === 1 ? values[0]! : null)

/** Who prepared a call that may have used one of these, and in which thread, as far as all of them agree. */
export const preparedFor = (
  requests: ReadonlyArray<BridgeRequest>
): { readonly initiatorId: UserId | null; readonly threadId: ThreadId | null } => ({
  initiatorId: only(requests.map(({ clinicianId }) => clinicianId)),
  threadId: only(requests.map(({ threadId }) => threadId))
})

/** Used up by the call; the same call may come again. `null` when it cannot be used, or another call was first. */
export const use = (request: BridgeRequest, by: CallId, now: DateTime.Utc): BridgeRequest | null => {
  if (request.usedBy === by) return request
  return isLive(request, now) ? { ...request, usedBy: by } : null
}
