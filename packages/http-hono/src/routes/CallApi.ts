/** The answers of the public API about calls. */
import { CallQuery, type PreparedCall } from "@careline/application"
import { BridgeRequest, Call, CallStatus } from "@careline/domain"
import { Schema } from "effect"
import { iso, isoOrNull, pageJson, TenantQuery } from "./Api.ts"

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
  expiresAt: iso(expiresAt),
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
  /** One of the reasons that an edit takes, or what whoever prepared the call wrote. */
  reason: nullOr(Text),
  notes: nullOr(Text),
  createdAt: Text,
  endedAt: nullOr(Text)
}).annotate({ identifier: "CallLog" })

/** What narrows the call log, and the site grouping whose calls are meant. */
export const CallLogQuery = Schema.Struct({ ...CallQuery.fields, siteGroupingId: TenantQuery })

export const CallLogPage = Schema.Struct({
  ...pageJson(CallLogJson, "CallLogPage").fields,
  /** How many calls fit, where that was asked. */
  total: Schema.optionalKey(Schema.Int)
}).annotate({ identifier: "CallLogPage" })

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
  createdAt: iso(call.createdAt),
  endedAt: isoOrNull(call.endedAt)
})
