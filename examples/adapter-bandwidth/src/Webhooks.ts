/**
 * What Bandwidth calls back. Nothing is signed: a webhook carries the credentials of the application, so whoever reads one
 * can write others, and its content is only as safe as the TLS connection. Both kinds are read alike, because an
 * application may have one URL for all.
 */
import { type Telephony, TelephonyError, type TelephonyEvent } from "@careline/ports"
import { Effect, Option, Redacted, Schema } from "effect"
import * as BasicCredentials from "./BasicCredentials.ts"
import { type BandwidthOptions, PROVIDER } from "./BandwidthOptions.ts"
import * as Callback from "./Callback.ts"
import * as Inbound from "./Inbound.ts"
import * as StatusReport from "./StatusReport.ts"

const fail = (reason: TelephonyError.TelephonyErrorReason): TelephonyError.TelephonyError =>
  new TelephonyError.TelephonyError({ provider: PROVIDER, operation: "webhooks.receive", reason })

const decodeEvents = Schema.decodeUnknownOption(Callback.Events)
const decodeEvent = Schema.decodeUnknownOption(Callback.Event)
const decodeReceived = Schema.decodeUnknownOption(Callback.Received)
const decodeReport = Schema.decodeUnknownOption(Callback.Report)

const reports: ReadonlySet<string> = new Set(Callback.reportTypes)

/** No events for a type of the future; `none` for what cannot be read. */
const eventsOf = (event: unknown): Option.Option<ReadonlyArray<TelephonyEvent>> =>
  Option.flatMap(decodeEvent(event), ({ type }): Option.Option<ReadonlyArray<TelephonyEvent>> => {
    if (type === "message-received") return Option.map(decodeReceived(event), (one) => [Inbound.toEvent(one)])
    if (!reports.has(type)) return Option.some([])
    return Option.map(decodeReport(event), (one) => [StatusReport.toEvent(one)])
  })

/** Bytes that are no UTF-8 become U+FFFD, and are no JSON then or a text with a hole: no reason to lose it. */
const read = (body: Uint8Array): Option.Option<ReadonlyArray<TelephonyEvent>> =>
  decodeEvents(new TextDecoder().decode(body)).pipe(
    Option.flatMap((given) => Option.all((Array.isArray(given) ? given : [given]).map(eventsOf))),
    Option.map((events) => events.flat())
  )

export const make = ({
  accountId,
  callbackCredentials
}: Pick<BandwidthOptions, "accountId" | "callbackCredentials">): Telephony.Webhooks => ({
  receive: Effect.fn("bandwidth.webhooks.receive")(function* (_kind, request) {
    if (!BasicCredentials.isAny(request.headers.authorization, callbackCredentials.map(Redacted.value))) {
      return yield* fail(new TelephonyError.InvalidSignature({ message: "not the callback credentials" }))
    }
    const events = read(request.body)
    if (Option.isNone(events)) {
      return yield* fail(new TelephonyError.MalformedWebhook({ message: "the callback cannot be read" }))
    }
    return { account: accountId, events: events.value }
  }),
  reply: () => ({ status: 200, headers: {}, body: "" })
})
