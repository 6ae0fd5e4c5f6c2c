/**
 * A prepared, single-use permission for one masked call: a clinician calls a contact, who sees one of our numbers and
 * never the clinician's.
 *
 * Dialled in: the clinician calls our number, and who calls from their number while one permission lives is put through.
 * Called back: the provider calls the clinician first; a key has to be pressed, so that a private voicemail that answers
 * reaches nobody. A caller's number can be forged and a new one can be a slip, so where more than one permission matches, or
 * the number is new, a PIN is asked.
 */
import { DateTime, Result, Schema } from "effect"
import { CallerId, type CallPlan, type Connect, type Prompt } from "./CallPlan.ts"
import { BridgeRequestId, CallId, PhoneNumberId, Tenant, ThreadId, UserId } from "./Ids.ts"
import type { Language } from "./Language.ts"
import * as PhoneNumber from "./PhoneNumber.ts"
import type { Thread } from "./Thread.ts"

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
/** How long a phone rings: shorter than most voicemails wait. In seconds, as how long is talked. */
export const RING_SECONDS = 30
export const TALK_SECONDS = 60 * 60

export const RefusalReason = Schema.Literals(["not_a_phone", "premium", "abroad", "own_number"])
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
    }
  }
}

/** Why a number is not called from one of ours: what it costs, or where it is. Calls abroad are how lines are defrauded. */
export const refusalOf = (number: PhoneNumber.E164, from: PhoneNumber.E164): "premium" | "abroad" | null =>
  PhoneNumber.isPremium(number) ? "premium" : PhoneNumber.isSameCountry(number, from) ? null : "abroad"

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
      : refusalOf(number as PhoneNumber.E164, from)
  return reason === null ? Result.succeed(number as PhoneNumber.E164) : Result.fail(new DestinationRefused({ reason }))
}

/** Whether the permission can still be used. */
export const isLive = (request: BridgeRequest, now: DateTime.Utc): boolean =>
  request.usedBy === null && request.failedPins < MAX_FAILED_PINS && DateTime.isGreaterThan(request.expiresAt, now)

const isSettled = ({ numberSince }: BridgeRequest, now: DateTime.Utc): boolean =>
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

/** A question that is asked again `tries` times before the call ends. */
const ask = (
  question: string,
  again: string,
  options: ReadonlyArray<{ readonly digits: string; readonly leadsTo: CallPlan }>,
  { digits, tries }: { readonly digits: number; readonly tries: number }
): CallPlan => ({
  _tag: "Gather",
  say: say(question),
  digits,
  timeoutSeconds: KEY_SECONDS,
  options,
  otherwise: tries > 1 ? ask(again, again, options, { digits, tries: tries - 1 }) : hangup("Goodbye.")
})

/** The plan of a clinician's call, and the permissions that it may use. */
export interface Dialled {
  readonly plan: CallPlan
  readonly candidates: ReadonlyArray<BridgeRequest>
}

/**
 * Somebody calls `bridgeNumber` from `clinicianNumber`, for which these requests were made. `null` when none of them was:
 * then the caller is anybody. Who comes too late hears it, so that no voicemail of theirs is kept as if they were a contact;
 * unless the number is a contact's as well, a ward's or a facility's: then it is a contact who calls, and a clinician only
 * by their PIN.
 */
export const dialled = (
  requests: ReadonlyArray<BridgeRequest>,
  isContact: boolean,
  now: DateTime.Utc
): Dialled | null => {
  const dialIns = requests.filter(({ mode }) => mode === "dial_in")
  const [first, ...others] = dialIns.filter((request) => isLive(request, now))
  if (first === undefined) {
    return dialIns.length === 0 || isContact
      ? null
      : {
          plan: hangup("Your call was not prepared, or the time for it is over. Please prepare it again."),
          candidates: []
        }
  }
  if (others.length === 0 && !isContact && isSettled(first, now)) return { plan: connect(first), candidates: [first] }
  const candidates = [first, ...others]
  const plan = ask(
    "Please enter the PIN of your call.",
    "That PIN is not right. Please enter the PIN of your call.",
    candidates.map((request) => ({ digits: request.pin, leadsTo: connect(request) })),
    { digits: PIN_DIGITS, tries: PIN_TRIES }
  )
  return { plan, candidates }
}

/** The plan of a call to the clinician, once they answer. */
export const callback = (request: BridgeRequest): CallPlan =>
  ask(
    "This is your call from the clinic's line. Press 1 to be connected.",
    "Press 1 to be connected.",
    [{ digits: "1", leadsTo: connect(request) }],
    { digits: 1, tries: 2 }
  )

/** Used up by the call; the same call may come again. `null` when it cannot be used, or another call was first. */
export const use = (request: BridgeRequest, by: CallId, now: DateTime.Utc): BridgeRequest | null => {
  if (request.usedBy === by) return request
  return isLive(request, now) ? { ...request, usedBy: by } : null
}
