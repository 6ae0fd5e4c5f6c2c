/** The answers about calls in the public API. */
import type { PreparedCall } from "@careline/application"
import { BridgeRequest, Call, CallStatus } from "@careline/domain"
import { DateTime, Schema } from "effect"

const nullOr = Schema.NullOr
const Text = Schema.String

export const PreparedCallJson = Schema.Struct({
  mode: BridgeRequest.Mode,
  bridgeNumber: Text,
  clinicianNumber: Text,
  callerId: Text,
  expiresAt: Text,
  instructions: Text,
  pin: Schema.optionalKey(Text),
  callId: nullOr(Text)
}).annotate({ identifier: "PreparedBridgeCall" })

export const preparedCallJson = ({ expiresAt, pin, ...call }: PreparedCall): typeof PreparedCallJson.Type => ({
  ...call,
  expiresAt: DateTime.formatIso(expiresAt),
  ...(pin === null ? {} : { pin })
})

export const CallLogJson = Schema.Struct({
  id: Text,
  siteGroupingId: nullOr(Text),
  externalThreadId: nullOr(Text),
  messageId: nullOr(Text),
  purpose: Call.Call.fields.purpose,
  direction: Call.Call.fields.direction,
  fromNumber: Text,
  toNumber: Text,
  phoneNumberId: nullOr(Text),
  status: CallStatus.CallStatus,
  /** Seconds of talk; `null` when nobody said. */
  duration: nullOr(Schema.Int),
  provider: Text,
  providerCallId: nullOr(Text),
  initiatorId: nullOr(Text),
  reason: nullOr(Text),
  notes: nullOr(Text),
  createdAt: Text,
  endedAt: nullOr(Text)
}).annotate({ identifier: "CallLog" })

export const callLogJson = (call: Call.Call): typeof CallLogJson.Type => ({
  id: call.id,
  siteGroupingId: call.siteGroupingId,
  externalThreadId: call.threadId,
  messageId: call.messageId,
  purpose: call.purpose,
  direction: call.direction,
  fromNumber: call.fromNumber,
  toNumber: call.toNumber,
  phoneNumberId: call.phoneNumberId,
  status: Call.status(call),
  duration: Call.durationSeconds(call),
  provider: call.provider,
  providerCallId: call.providerCallId,
  initiatorId: call.initiatorId,
  reason: call.reason,
  notes: call.notes,
  createdAt: DateTime.formatIso(call.createdAt),
  endedAt: call.endedAt === null ? null : DateTime.formatIso(call.endedAt)
})
