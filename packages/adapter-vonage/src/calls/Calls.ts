/** Places and looks up calls at Vonage. Source: developer.vonage.com/api/voice. */
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import * as CallList from "./CallList.ts"
import * as CallStatuses from "./CallStatuses.ts"
import { isConversationUuid } from "./ConversationUuid.ts"
import * as Digits from "../client/Digits.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import * as Field from "../client/Field.ts"
import { MAX_RING_SECONDS } from "./Ncco.ts"
import { PROVIDER } from "../client/VonageOptions.ts"

const POST = "POST"

const beganOf = (leg: CallList.Leg): string => Field.textOf(Field.of(leg, "start_time"))

/** Of all legs the one that called, or was called first: one that nobody answered has no time, and comes first as well. */
const ownOf = (legs: ReadonlyArray<CallList.Leg>): CallList.Leg | undefined =>
  legs.find((leg) => Field.of(leg, "direction") === "inbound") ??
  legs.toSorted((one, other) => beganOf(one).localeCompare(beganOf(other)))[0]

export const make = (publicUrl: string, access: Request.Access, fail: Request.Fail): Telephony.Calls => ({
  place: Effect.fn("Vonage.calls.place")(
    function* (call): Effect.fn.Return<Telephony.CallOutcome, ProviderFailure.Failure> {
      const { callId } = call
      const placed = yield* Request.call(access, (sdk) =>
        sdk.voice.createOutboundCall({
          to: [{ type: "phone", number: Digits.ofE164(call.to) }],
          from: { type: "phone", number: Digits.ofE164(call.from) },
          answerUrl: [CallbackUrl.ofStep(publicUrl, PROVIDER, { callId, at: "" }, "answer")],
          answerMethod: POST,
          eventUrl: [CallbackUrl.ofCall(publicUrl, PROVIDER, "call-status", callId)],
          eventMethod: POST,
          ringingTimer: Math.min(call.ringSeconds, MAX_RING_SECONDS),
          lengthTimer: call.maxSeconds
        })
      )
      const providerCallId = Field.of(placed, "conversationUUID")
      return isConversationUuid(providerCallId)
        ? { _tag: "Placed", providerCallId }
        : { _tag: "Unknown", detail: "the answer names no call" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toCallOutcome(failure, ErrorCode.toReason)))
  ),

  status: Effect.fn("Vonage.calls.status")(function* (providerCallId) {
    const refuse = (reason: TelephonyError.TelephonyErrorReason) => fail("calls.status", reason)
    if (!isConversationUuid(providerCallId)) {
      return yield* refuse(new TelephonyError.NotFound({ message: "not an id of a call", code: null }))
    }
    const { legs } = yield* CallList.page(access, fail)("calls.status", {
      conversationUuid: providerCallId,
      order: "asc",
      pageSize: CallList.LISTED_AT_ONCE,
      recordIndex: 0
    })
    const own = ownOf(legs.filter((leg) => leg.conversation_uuid === providerCallId))
    if (own === undefined) {
      return yield* refuse(new TelephonyError.NotFound({ message: "Vonage does not list it", code: null }))
    }
    const progress = CallStatuses.toProgress(own)
    return (
      progress ?? (yield* refuse(new TelephonyError.Unavailable({ message: "its status says nothing", code: null })))
    )
  })
})
