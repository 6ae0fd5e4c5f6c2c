/** Places and looks up calls at Telnyx. Source: developers.telnyx.com/api-reference/texml-rest-commands. */
import type { CallPlan } from "@careline/domain"
import { CallbackUrl, ProviderFailure } from "@careline/adapter-kit"
import { CallStatuses, LEG_EVENTS, within } from "@careline/adapter-kit/twiml"
import { type Telephony, TelephonyError } from "@careline/ports"
import { Effect } from "effect"
import type { Requester, Fail } from "../client/Request.ts"
import { isCallSid } from "./CallSid.ts"
import * as ErrorCode from "../client/ErrorCode.ts"
import type { Client } from "../client/TelnyxClient.ts"
import { PROVIDER } from "../client/TelnyxOptions.ts"
import { dialect } from "./Texml.ts"

/** "Initiate an outbound call": how long a call may last, in seconds. */
const CALL_SECONDS = { minimum: 30, maximum: 14_400 }

const POST = "POST" as const
const BEGINNING: CallPlan.Path = ""

/**
 * The body of `POST /texml/calls/{connection_id}`. It is documented with the first four, and its sister below an account,
 * whose answer names no call, with the rest: an application that reports to us tells the same without them.
 */
const bodyOf = (publicUrl: string, { callId, from, maxSeconds, ringSeconds, to }: Telephony.OutboundCall) => ({
  From: from,
  To: to,
  Url: CallbackUrl.ofStep(publicUrl, PROVIDER, { callId, at: BEGINNING }, "answer"),
  Method: POST,
  StatusCallback: CallbackUrl.ofCall(publicUrl, PROVIDER, "call-status", callId),
  StatusCallbackMethod: POST,
  StatusCallbackEvent: LEG_EVENTS.join(" "),
  Timeout: within(dialect.ringSeconds, ringSeconds),
  TimeLimit: within(CALL_SECONDS, maxSeconds)
})
type Body = Parameters<Client["texml"]["calls"]["create"]>[1]

export const make = (publicUrl: string, connectionId: string, { call }: Requester): Pick<Telephony.Calls, "place"> => ({
  place: Effect.fn("Telnyx.calls.place")(
    function* (outbound): Effect.fn.Return<Telephony.CallOutcome, ProviderFailure.Failure> {
      const body: Body = bodyOf(publicUrl, outbound)
      const placed = yield* call((sdk, bounds) => sdk.texml.calls.create(connectionId, body, bounds))
      // The SDK gives whatever JSON came, or null for none.
      const id: unknown = (placed as typeof placed | null)?.call_sid
      return isCallSid(id)
        ? { _tag: "Placed", providerCallId: id }
        : { _tag: "Unknown", detail: "the answer names no call" }
    },
    Effect.catch((failure) => Effect.succeed(ProviderFailure.toCallOutcome(failure, ErrorCode.toReason)))
  )
})

/** What became of a call, from the account's calls. */
export const statusOf = (accountSid: string, { ask }: Requester, fail: Fail): Pick<Telephony.Calls, "status"> => ({
  status: Effect.fn("Telnyx.calls.status")(function* (providerCallId) {
    const refuse = (reason: TelephonyError.TelephonyErrorReason) => fail("calls.status", reason)
    if (!isCallSid(providerCallId)) {
      return yield* refuse(new TelephonyError.NotFound({ message: "not an id of a call", code: null }))
    }
    const found = yield* ask("calls.status", (sdk, bounds) =>
      sdk.texml.accounts.calls.retrieve(providerCallId, { account_sid: accountSid }, bounds)
    )
    const known = found as typeof found | null
    const status = CallStatuses.toCallStatus(known?.status)
    if (known?.sid !== providerCallId || status === null) {
      return yield* refuse(new TelephonyError.Unavailable({ message: "the answer names another call", code: null }))
    }
    return { status, durationSeconds: CallStatuses.durationOf(status, known.duration) }
  })
})
