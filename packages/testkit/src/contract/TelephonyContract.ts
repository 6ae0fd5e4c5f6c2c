/**
 * What a provider's adapter has to do: the promise that Careline makes to whoever adds a provider, as tests.
 *
 * An adapter's own test file calls `suite` with what it declares and with a simulator that it talks to, and passes. Only a
 * declared capability leaves a test out, and then the suite tests that the adapter says so.
 */
import { describe, it } from "@effect/vitest"
import type { Telephony } from "@careline/ports"
import type { Layer } from "effect"
import { capabilitiesChapter } from "./telephony/CapabilitiesChapter.ts"
import { type Chapter, reasonsToSkip, run } from "./telephony/Chapter.ts"
import { deliveryStatusChapter } from "./telephony/DeliveryStatusChapter.ts"
import { inboundChapter } from "./telephony/InboundChapter.ts"
import { limitsChapter } from "./telephony/LimitsChapter.ts"
import { mediaChapter } from "./telephony/MediaChapter.ts"
import { numbersChapter } from "./telephony/numbers/NumbersChapter.ts"
import { outcomesChapter } from "./telephony/OutcomesChapter.ts"
import type { Receiver } from "./telephony/Receiver.ts"
import { reconciliationChapter } from "./telephony/ReconciliationChapter.ts"
import { redactionChapter } from "./telephony/RedactionChapter.ts"
import { sendingChapter } from "./telephony/SendingChapter.ts"
import { signatureChapter } from "./telephony/SignatureChapter.ts"
import type { ProviderUnderTest, Subject } from "./telephony/Subject.ts"
import { anyPlanChapter } from "./telephony/voice/AnyPlanChapter.ts"
import { historyChapter } from "./telephony/voice/HistoryChapter.ts"
import { placingChapter } from "./telephony/voice/PlacingChapter.ts"
import { plansChapter } from "./telephony/voice/PlansChapter.ts"
import { recordingsChapter } from "./telephony/voice/RecordingsChapter.ts"
import { reportsChapter } from "./telephony/voice/ReportsChapter.ts"

export { type Chapter, type ContractTest, reasonsToSkip, run, type Services } from "./telephony/Chapter.ts"
export type { Need } from "./telephony/Need.ts"
export { CALL_ID, type Delivered, type Planned, Receiver } from "./telephony/Receiver.ts"
export { layer, type ProviderParts, ProviderUnderTest, type Subject } from "./telephony/Subject.ts"

/** Every test of the contract, for a subject. */
export const chaptersOf = (subject: Subject): ReadonlyArray<Chapter> => [
  sendingChapter,
  outcomesChapter,
  deliveryStatusChapter,
  inboundChapter,
  signatureChapter,
  reconciliationChapter,
  limitsChapter,
  mediaChapter,
  plansChapter,
  anyPlanChapter,
  reportsChapter,
  recordingsChapter,
  placingChapter,
  historyChapter,
  numbersChapter,
  redactionChapter,
  capabilitiesChapter(subject)
]

/** Registers the contract with vitest. */
export const suite = (
  subject: Subject,
  layer: Layer.Layer<Telephony.Telephony | ProviderUnderTest, unknown, Receiver>
): void => {
  // Each test has a provider of its own, and most of them wait for it: they run side by side.
  describe.concurrent(`${subject.name}: telephony contract`, () => {
    for (const { chapter, tests } of chaptersOf(subject)) {
      describe(chapter, () => {
        for (const test of tests) {
          const reasons = reasonsToSkip(subject, test)
          if (reasons.length > 0) it.skip(`${test.title} [${reasons.join("; ")}]`)
          else it.live(test.title, () => run(layer, test))
        }
      })
    }
  })
}
