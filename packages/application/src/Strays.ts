/**
 * Somebody reaches a number of ours that is nobody's: it counts against giving the number to another tenant, and a text is
 * answered once. It belongs to no tenant; the inbox keeps it for an administrator.
 */
import { type AttemptId, Consent, Contact } from "@careline/domain"
import { type LaneArrival, NumberInventory, type Telephony } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { asSystem } from "./Access.ts"
import { describeFault } from "./Fault.ts"
import { Limits } from "./Limits.ts"
import { NeutralAnswer } from "./NeutralAnswer.ts"

const MARK = "stray-"

/** Whether a report is of an answer to a stray, which is kept nowhere and so is nobody's text. */
export const isOfStray = (attemptId: AttemptId | null): boolean => attemptId?.startsWith(MARK) === true

/** Counts it. Whether it is the first from there since the number became nobody's. */
export const noteStray = Effect.fnUntraced(function* ({ from, to }: LaneArrival) {
  const inventory = Option.getOrUndefined(yield* Effect.serviceOption(NumberInventory))
  if (inventory === undefined) return false
  const { retireAfter } = yield* Limits
  const noted = yield* inventory.noteStray({ number: to, from, retireAfter, at: yield* DateTime.now })
  return Option.exists(noted, ({ isFirst }) => isFirst)
})

/**
 * Counts a text, and answers it if nobody has been answered there yet. That it was is noted first: an answer that is lost is
 * the lesser harm, one without end is not. Fails in silence but for the log.
 */
export const answerStray = Effect.fnUntraced(function* (telephony: Telephony.TelephonyService, arrival: LaneArrival) {
  yield* Effect.gen(function* () {
    const isFirst = yield* asSystem(noteStray(arrival))
    if (!isFirst || arrival._tag !== "MessageReceived" || !Contact.canBeTexted(arrival.from)) return
    const { text } = yield* NeutralAnswer
    if (text === null || (arrival.providerKeyword ?? Consent.keyword(arrival.text)) !== null) return
    yield* telephony.messages.send({
      attemptId: `${MARK}${globalThis.crypto.randomUUID()}` as AttemptId,
      from: arrival.to,
      to: arrival.from as string as typeof arrival.to,
      body: text,
      mediaUrls: []
    })
  }).pipe(
    Effect.catchCause((cause) => Effect.logWarning("A text to nobody's number was not answered", describeFault(cause)))
  )
})
