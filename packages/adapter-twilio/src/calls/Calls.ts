/** Places and looks up calls at Twilio. Source: twilio.com/docs/voice/api/call-resource. */
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { CallStatuses, LEG_EVENTS } from "@careline/adapter-kit/twiml"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import * as Request from "../client/Request.ts"
import { isCallSid } from "./CallSid.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import type { Client } from "../client/TwilioClient.ts"
import { PROVIDER } from "../client/TwilioOptions.ts"

const POST = "POST"

export const make = (
  publicUrl: string,
  client: Effect.Effect<Client, ProviderFailure.Failure>,
  fail: Request.Fail
): Telephony.Calls => ({
  place: Effect.fn("Twilio.calls.place")(
    function* (call): Effect.fn.Return<Telephony.CallOutcome, ProviderFailure.Failure> {
      const { callId } = call
      const placed = yield* Request.call(client, (sdk) =>
        sdk.calls.create({
          to: call.to,
          from: call.from,
          url: CallbackUrl.ofStep(publicUrl, PROVIDER, { callId, at: "" }, "answer"),
          method: POST,
          statusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "call-status", callId),
          statusCallbackMethod: POST,
          statusCallbackEvent: LEG_EVENTS,
          timeout: call.ringSeconds,
          timeLimit: call.maxSeconds
        })
      )
      return isCallSid(placed.sid)
        ? { _tag: "Placed", providerCallId: placed.sid }
        : { _tag: "Unknown", detail: "the answer names no call" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toCallOutcome(failure, ErrorCode.toReason)))
  ),

  status: Effect.fn("Twilio.calls.status")(function* (providerCallId) {
    const refuse = (reason: TelephonyError.TelephonyErrorReason) => fail("calls.status", reason)
    if (!isCallSid(providerCallId)) {
      return yield* refuse(new TelephonyError.NotFound({ message: "not an id of a call", code: null }))
    }
    const call = yield* Request.ask(client, fail)("calls.status", (sdk) => sdk.calls(providerCallId).fetch())
    const status = CallStatuses.toCallStatus(call.status)
    if (call.sid !== providerCallId || status === null) {
      return yield* refuse(new TelephonyError.Unavailable({ message: "the answer names another call", code: null }))
    }
    return { status, durationSeconds: CallStatuses.durationOf(status, call.duration) }
  })
})
