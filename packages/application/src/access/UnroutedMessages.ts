/**
 * Handles texts and calls to a number of ours that no tenant has: counts them against assigning the number again, and answers
 * the first text. The inbox keeps them for an administrator.
 */
import { type AttemptId, Consent, Contact } from "@careline/domain"
import { type LaneArrival, NumberInventory, Optional, type Telephony } from "@careline/ports"
import { DateTime, Effect, Option } from "effect"
import { asSystem } from "./Access.ts"
import { describeFault } from "../shared/Fault.ts"
import { Limits } from "../shared/Limits.ts"
import { NeutralAnswer } from "./NeutralAnswer.ts"

const MARK = "unrouted-"

/** Whether a report is of an answer to an unrouted message, which is kept nowhere and so is nobody's text. */
export const isOfUnroutedMessage = (attemptId: AttemptId | null): boolean => attemptId?.startsWith(MARK) === true

/** Counts it. Whether it is the first from there that may be answered since the number became nobody's. */
export const noteUnroutedMessage = Effect.fnUntraced(function* ({ from, to }: LaneArrival, isAnswerable: boolean) {
  const inventory = yield* Optional.of(NumberInventory)
  if (inventory === undefined) return false
  const { retireAfter } = yield* Limits
  const noted = yield* inventory.noteUnroutedMessage({
    number: to,
    from,
    isAnswerable,
    retireAfter,
    at: yield* DateTime.now
  })
  return Option.exists(noted, ({ isFirst }) => isFirst)
})

/**
 * Counts a text, and answers it if nobody has been answered there yet. That it was is noted first: an answer that is lost is
 * the lesser harm, one without end is not. Fails in silence but for the log.
 */
export const answerUnroutedMessage = Effect.fnUntraced(function* (
  telephony: Telephony.TelephonyService,
  arrival: LaneArrival
) {
  yield* Effect.gen(function* () {
    const { text } = yield* NeutralAnswer
    const isText = arrival._tag === "MessageReceived" && Contact.canBeTexted(arrival.from)
    // Whoever says STOP counts as answered: nothing is to be sent there later either.
    const isFirst = yield* asSystem(noteUnroutedMessage(arrival, isText && text !== null))
    if (!isFirst || arrival._tag !== "MessageReceived" || text === null) return
    if ((arrival.providerKeyword ?? Consent.keyword(arrival.text)) !== null) return
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
